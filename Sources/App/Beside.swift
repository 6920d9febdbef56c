/// Runs `body` beside a service, and stops the service when `body` has ended.
///
/// A service that ends before it is asked to takes `body` with it.
func beside<Result: Sendable>(
    _ name: String, run service: @escaping @Sendable () async throws -> Void,
    stop: @escaping @Sendable () async -> Void, _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask {
            try await service()
            return nil
        }
        group.addTask { try await body() }
        do {
            guard let first = try await group.next(), let result = first else {
                throw CommandFailure(.software, "\(name) ended by itself")
            }
            await stop()
            for try await _ in group {}
            return result
        } catch {
            await stop()
            group.cancelAll()
            throw error
        }
    }
}
