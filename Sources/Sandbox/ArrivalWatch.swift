import NIOCore
import Synchronization

/// When the request that each connection is busy with began to arrive, in nanoseconds.
///
/// It is noted on the connection's own thread, where no work of the sandbox delays it.
final class ArrivalTimes: Sendable {
    private let times = Mutex<[ObjectIdentifier: Int64]>([:])
    private let uptime: @Sendable () -> Int64

    init(uptime: @escaping @Sendable () -> Int64) { self.uptime = uptime }

    /// When the request arrived that a connection is busy with.
    func of(_ channel: any Channel) -> Int64 {
        times.withLock { $0[ObjectIdentifier(channel)] } ?? uptime()
    }

    /// Notes that a part of a request came; only the first one counts.
    func began(_ channel: any Channel) {
        let now = uptime()
        times.withLock { times in
            let connection = ObjectIdentifier(channel)
            if times[connection] == nil { times[connection] = now }
        }
    }

    /// Notes that a connection is ready for its next request, or closed.
    func ended(_ channel: any Channel) {
        times.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
    }
}

/// Tells the times of one connection; which part of a request or answer it sees doesn't matter to it.
final class ArrivalWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = Never
    typealias OutboundIn = Never

    private let times: ArrivalTimes

    init(_ times: ArrivalTimes) { self.times = times }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        times.began(context.channel)
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        times.ended(context.channel)
        context.write(data, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        times.ended(context.channel)
        context.fireChannelInactive()
    }
}
