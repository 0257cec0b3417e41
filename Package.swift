// swift-tools-version: 6.2
// The map of these targets, and the arrows allowed between them, are in CONTRIBUTING.md.
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
// Tests run the debug build, and a forward pass without the optimiser is fifty times slower.
let optimized: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]
let strictC: [CSetting] = [.unsafeFlags(["-O2", "-Wall", "-Wextra", "-Werror", "-std=gnu2x"])]

// Code that is copied out of the program must not refer to anything but itself: no constants (which vectors
// and jump tables would need), no library.
let selfContained: [CSetting] = [
  .unsafeFlags([
    "-ffreestanding", "-fno-builtin", "-fno-stack-protector", "-fno-jump-tables", "-mgeneral-regs-only",
    "-fPIC",
  ])
]

let package = Package(
  name: "evalkit",
  products: [
    .executable(name: "evalkit", targets: ["EvalKitCLI"]),
    .executable(name: "evalkit-jail", targets: ["evalkit-jail"]),
    .executable(name: "evalkit-fetch", targets: ["evalkit-fetch"]),
    .library(name: "DiffusionEngine", targets: ["DiffusionEngine"]),
    .library(name: "EvalKit", targets: ["EvalKit"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: [
    // System libraries, one module map each.
    .systemLibrary(name: "CJSONC", pkgConfig: "json-c", providers: [.apt(["libjson-c-dev"])]),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // JSON: read by json-c, cut into raw slices by our own strict scanner.
    .target(name: "JSON", dependencies: ["CJSONC"], swiftSettings: strict),

    // Matrix products with packed weights, for each instruction set. No contraction: a multiplication and an
    // addition that are rounded apart on one path must be on the others.
    .target(name: "EngineKernels", cSettings: strictC + [.unsafeFlags(["-ffp-contract=off"])]),

    // The share of the machine's peak that they reach.
    .executableTarget(
      name: "kernel-bench", dependencies: ["EngineKernels"], path: "Benchmarks/kernels",
      exclude: ["README.md", "onednn"], cSettings: strictC),

    // weights -> tokens -> denoise -> text. Knows no benchmark.
    .target(
      name: "DiffusionEngine",
      dependencies: [
        "JSON", "COpenBLAS", "EngineKernels",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict + optimized),

    // Tests, intervals and power of paired scores. Numbers only; apart, because resampling needs the optimiser.
    .target(name: "Statistics", swiftSettings: strict + optimized),

    // How often its intervals cover and its tests err.
    .executableTarget(
      name: "statistics-bench", dependencies: ["Statistics"], path: "Benchmarks/statistics",
      swiftSettings: strict + optimized),

    // Programs in, verdicts out. Knows neither benchmark files nor models.
    .target(name: "CandidateEntry", path: "Sandbox/entry", cSettings: strictC + selfContained),
    .executableTarget(
      name: "evalkit-jail",
      dependencies: ["CandidateEntry"],
      path: "Sandbox/jail",
      cSettings: strictC,
      linkerSettings: [.linkedLibrary("seccomp")]),
    .target(
      name: "Sandbox",
      dependencies: [
        "JSON",
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "Sandbox",
      exclude: ["README.md", "entry", "jail", "Policies", "Python"],
      swiftSettings: strict),

    // One HTTP GET. Apart, because linking the network library costs 10 ms at every start.
    .executableTarget(name: "evalkit-fetch", dependencies: ["JSON"], swiftSettings: strict),

    // task -> prompt -> program -> verdict -> pass@k -> report. Knows no tensor.
    .target(
      name: "EvalKit",
      dependencies: [
        "JSON", "Sandbox", "Statistics", "CZlib",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Mustache", package: "swift-mustache"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      // The manifest is a link to Benchmarks/manifest.json: one source, and at hand wherever the program is
      // installed.
      resources: [
        .embedInCode("Tasks/manifest.json"), .embedInCode("Reports/report.md.mustache"),
        .embedInCode("Reports/Page/page.html.mustache"), .embedInCode("Reports/Page/page.css"),
        .embedInCode("Reports/Page/page_text.js"), .embedInCode("Reports/Page/page_code.js"),
        .embedInCode("Reports/Page/page_canvas.js"), .embedInCode("Reports/Page/page_case.js"),
        .embedInCode("Reports/Page/page_tasks.js"), .embedInCode("Reports/Page/page_changes.js"),
        .embedInCode("Reports/Page/page.js"),
      ],
      swiftSettings: strict),

    // Has OpenBLAS take the kernels of this machine; in programs only.
    .target(name: "OpenBLASCore", cSettings: strictC),

    // The command line joins them and holds no logic.
    .executableTarget(
      name: "EvalKitCLI",
      dependencies: [
        "EvalKit", "DiffusionEngine", "Statistics", "evalkit-jail", "evalkit-fetch",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    .testTarget(
      name: "StatisticsTests", dependencies: ["Statistics", "EvalKit", "JSON"], exclude: ["Fixtures"],
      swiftSettings: strict),
    .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: strict),
    .testTarget(
      name: "DiffusionEngineTests", dependencies: ["DiffusionEngine", "JSON"], exclude: ["Fixtures"],
      swiftSettings: strict),
    .testTarget(
      name: "SandboxTests",
      dependencies: [
        "Sandbox", "JSON", "evalkit-jail",
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      exclude: ["Attacks", "Python", "imitate_container.py"],
      swiftSettings: strict),
    .testTarget(
      name: "EvalKitTests",
      dependencies: [
        "EvalKit", "JSON", "Sandbox", "Statistics", "evalkit-fetch",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      // Run by DownloadTests, not compiled.
      exclude: ["Tasks/Download/flaky_server.py", "Interop/Fixtures"],
      swiftSettings: strict),
    .testTarget(
      name: "CLITests",
      dependencies: [
        "EvalKitCLI", "evalkit-jail", "JSON",
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      // Run by PageTests, not compiled.
      exclude: ["Page"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
