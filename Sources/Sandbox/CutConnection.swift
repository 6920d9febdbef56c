import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What a real network does to a caller in the middle of a call.
enum CutConnection {
    /// Closes the connection with an RST.
    ///
    /// A linger of zero seconds throws away what isn't sent and says no goodbye.
    static func reset(_ channel: any Channel) async {
        if let socket = channel as? any SocketOptionProvider {
            try? await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try? await channel.close().get()
    }

    /// Says nothing until the caller hangs up, the server stops, or the time is over; then closes.
    static func hang(_ channel: any Channel, atMost bound: Duration) async {
        let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(bound)) { channel.close(promise: nil) }
        defer { deadline.cancel() }
        await withTaskCancellationHandler {
            let watched = channel.eventLoop.submit {
                try channel.pipeline.syncOperations.handler(type: HangUpWatch.self).hang(channel)
            }
            try? await watched.get()
            try? await channel.closeFuture.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}

/// Closes a connection that says nothing as soon as there is no reason left to keep it.
///
/// It sits in every connection from the start, so that no goodbye is missed. The server allows half-closed
/// connections: a caller who hangs up is an event, not a close.
final class HangUpWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Never

    private var isHanging = false
    private var isOver = false

    /// From now on the connection has nothing to say.
    func hang(_ channel: any Channel) {
        isHanging = true
        if isOver { channel.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        guard event is ChannelShouldQuiesceEvent || event as? ChannelEvent == .inputClosed else { return }
        isOver = true
        if isHanging { context.close(promise: nil) }
    }
}
