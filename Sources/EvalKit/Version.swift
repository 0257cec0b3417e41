/// This program's version, part of every run's identity.
public let evalkitVersion = "0.1.0"
