import Glibc

/// A thread of our own, for calls into librdkafka that block.
///
/// Signals are masked in it, so that they reach the threads that expect them.
enum NativeThread {
    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(_ name: String, _ run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Starts a detached thread.
    ///
    /// - Parameters:
    ///   - name: At most 15 bytes, as the system shows it.
    ///   - run: What the thread does.
    /// - Throws: ``KafkaError/noResources(_:)``.
    static func start(_ name: String, _ run: @escaping @Sendable () -> Void) throws(KafkaError) {
        let code = create(Body(name, run))
        guard code == 0 else { throw .noResources("pthread_create: \(String(cString: strerror(code)))") }
    }

    private static func create(_ body: Body) -> Int32 {
        var thread = pthread_t()
        var all = sigset_t()
        var previous = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &previous)
        let retained = Unmanaged.passRetained(body)
        let code = pthread_create(&thread, nil, { NativeThread.enter($0) }, retained.toOpaque())
        pthread_sigmask(SIG_SETMASK, &previous, nil)
        if code == 0 { pthread_detach(thread) } else { retained.release() }
        return code
    }

    private static func enter(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
        setName(body.name)
        body.run()
        return nil
    }

    /// Names the calling thread, for whoever looks at the process; a failure doesn't matter.
    private static func setName(_ name: String) {
        let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = write(file, name, name.utf8.count)
        Glibc.close(file)
    }
}
