enum Baseline { static let schemaVersion = 1 }
