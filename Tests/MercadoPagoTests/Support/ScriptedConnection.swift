import NIOCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One connection of the scripted server.
final class Connection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Event {
        case request(ScriptedServer.Request)
        case ended
    }

    private let behaviour: ScriptedServer.Behaviour
    private let number: Int
    private let report: (Event) -> Void
    private var received = ""
    private var hasBegun = false

    init(_ behaviour: ScriptedServer.Behaviour, _ number: Int, report: @escaping (Event) -> Void) {
        self.behaviour = behaviour
        self.number = number
        self.report = report
    }

    func channelActive(context: ChannelHandlerContext) {
        if case .onAccept(let steps) = behaviour { run(steps, context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        switch behaviour {
        case .onAccept: break
        case .onFirstBytes(let steps):
            if !hasBegun { run(steps, context) }
            hasBegun = true
        case .onRequest(let script):
            while let request = nextRequest() {
                report(.request(request))
                run(script(request), context)
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        report(.ended)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Closing then resets the connection.
    private static var lingerNever: linger {
        var option = linger()
        option.l_onoff = 1
        return option
    }

    private func nextRequest() -> ScriptedServer.Request? {
        guard let end = received.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = received[..<end.lowerBound].split(separator: "\r\n", omittingEmptySubsequences: false)
        let words = lines[0].split(separator: " ")
        var request = ScriptedServer.Request()
        request.method = String(words[0])
        request.target = String(words[1])
        request.connection = number
        for line in lines.dropFirst() {
            let parts = line.split(separator: ": ", maxSplits: 1).map(String.init)
            request.headers[parts[0].lowercased(), default: []].append(parts.count > 1 ? parts[1] : "")
        }
        let length = request.headers["content-length"].flatMap { Int($0[0]) } ?? 0
        let rest = received[end.upperBound...].utf8
        guard rest.count >= length else { return nil }
        request.body = String(decoding: rest.prefix(length), as: UTF8.self)
        received = String(decoding: rest.dropFirst(length), as: UTF8.self)
        return request
    }

    private func run(_ steps: [ScriptedServer.Step], _ context: ChannelHandlerContext) {
        for step in steps {
            switch step {
            case .send(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .trickle(let interval):
                let channel = context.channel
                channel.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { task in
                    guard channel.isActive else { return task.cancel() }
                    channel.writeAndFlush(ByteBuffer(string: " "), promise: nil)
                }
            case .close: context.close(promise: nil)
            case .reset:
                _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(Self.lingerNever)
                context.close(promise: nil)
            case .hang: break
            }
        }
    }
}
