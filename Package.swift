// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

extension Target {
    /// One of our own modules: Swift 6 mode, warnings are errors.
    static func module(_ name: String, _ dependencies: [Dependency] = []) -> Target {
        .target(name: name, dependencies: dependencies, swiftSettings: strict)
    }

    static func tests(_ name: String, _ dependencies: [Dependency]) -> Target {
        .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
    }
}

let package = Package(
    name: "cobrador",
    products: [
        .executable(name: "cobrador", targets: ["cobrador"]),
        .library(name: "PaymentJobs", targets: ["PaymentJobs"]),
        .library(name: "MercadoPago", targets: ["MercadoPago"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CLibrdkafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .module("Kafka", ["CLibrdkafka", .product(name: "Logging", package: "swift-log")]),
        .module("ExactJSON"),
        .module("PaymentJobs", ["ExactJSON", .product(name: "Crypto", package: "swift-crypto")]),
        .module(
            "Pipeline",
            [
                "ExactJSON", "PaymentJobs", .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ]),
        .module(
            "MercadoPago",
            [
                "ExactJSON", "PaymentJobs", "Pipeline",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .module(
            "Worker",
            [
                "Kafka", "PaymentJobs", "Pipeline", .product(name: "Logging", package: "swift-log"),
                .product(name: "DequeModule", package: "swift-collections"),
            ]),
        .module(
            "Sandbox",
            [
                "ExactJSON",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        .module(
            "Operations",
            [
                "ExactJSON",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        .module(
            "App",
            [
                "ExactJSON", "Kafka", "MercadoPago", "Operations", "PaymentJobs", "Pipeline", "Sandbox",
                "Worker",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        .executableTarget(
            name: "cobrador",
            dependencies: [
                "App", "PaymentJobs", "Sandbox",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .tests("KafkaTests", ["Kafka", "TestSupport", .product(name: "Logging", package: "swift-log")]),
        .tests("ExactJSONTests", ["ExactJSON", "TestSupport"]),
        .tests("PaymentJobsTests", ["ExactJSON", "PaymentJobs", "TestSupport"]),
        .tests(
            "PipelineTests",
            [
                "ExactJSON", "PaymentJobs", "Pipeline", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ]),
        .tests(
            "MercadoPagoTests",
            [
                "ExactJSON", "MercadoPago", "PaymentJobs", "Pipeline",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .tests(
            "WorkerTests",
            [
                "Kafka", "PaymentJobs", "Pipeline", "TestSupport", "Worker",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .tests(
            "SandboxTests",
            [
                "ExactJSON", "Sandbox",
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .tests(
            "AppTests",
            [
                "App", "ExactJSON", "Kafka", "MercadoPago", "Operations", "PaymentJobs", "Pipeline",
                "Sandbox", "Worker", "cobrador",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]),
    ]
)
