import FoundationEssentials
import Glibc
import Kafka
import Logging
import PaymentJobs
import Pipeline

/// `cobrador enqueue`: checks jobs, sends them, and waits for their acknowledgements.
package struct Enqueue: Sendable {
    /// Where jobs come from.
    package enum Input: Sendable {
        case job(JobOptions)
        /// A file's path; `-` is standard input.
        case file(String)
    }

    /// The CloudEvents source.
    package var source = "/cobrador/enqueue"
    /// Whether the valid jobs of a file are sent although others are not.
    package var skipInvalid = false
    /// The key of every job; nil for the one that the job itself suggests.
    package var key: String?
    private let sources: ConfigurationSources
    private let kind: JobKind
    private let terminal: Terminal

    /// How many jobs are on their way at once.
    private static let chunk = 1000
    /// The largest input; more is cut into files by its owner, since all of it is checked before any is sent.
    static let inputSizeMax = 512 << 20

    package init(sources: ConfigurationSources, kind: JobKind, terminal: Terminal) {
        self.sources = sources
        self.kind = kind
        self.terminal = terminal
    }

    /// Sends the jobs of `input`.
    ///
    /// - Returns: A line for people that says what was done.
    package func run(_ input: Input) async throws(CommandFailure) -> String {
        let configuration: EnqueueConfiguration
        do throws(ConfigurationError) {
            configuration = try await EnqueueConfiguration.load(sources)
        } catch {
            throw CommandFailure(error)
        }
        let batch = try batch(input)
        if !batch.problems.isEmpty {
            let list = Self.list(batch.problems)
            guard skipInvalid, batch.count > 0 else {
                throw CommandFailure(.data, "nothing was sent:\n\(list)")
            }
            DescriptorSink.standardError.write("left out:\n\(list)")
        }
        guard batch.count > 0 else { throw CommandFailure(.data, "there is no job in the input") }
        let records = try batch.ready.map { item throws(CommandFailure) in
            try record(item, configuration)
        }
        let taken = try await send(records, configuration)
        let jobs = records.count == 1 ? "1 job" : "\(grouped(records.count)) jobs"
        let repeats = batch.repeats == 0 ? "" : ", \(grouped(batch.repeats)) of them repeated"
        return "\(jobs) enqueued\(repeats), all acknowledged, in \(readable(taken))"
    }

    private func batch(_ input: Input) throws(CommandFailure) -> JobBatch {
        switch input {
        case .job(let options):
            var batch = JobBatch(kind: kind)
            batch.add(JobBatch.bytes(of: options, kind))
            return batch
        case .file(let path):
            return JobBatch(lines: try Self.read(path), kind: kind)
        }
    }

    private static func list(_ problems: [JobBatch.Problem]) -> String {
        let shown = problems.prefix(100).map { "  \($0)" }
        let rest = problems.count - shown.count
        return (shown + (rest > 0 ? ["  … and \(grouped(rest)) more"] : [])).joined(separator: "\n")
    }

    private static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY)
        guard descriptor >= 0 else {
            throw CommandFailure(.io, "can't open \(path): \(String(cString: strerror(errno)))")
        }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw CommandFailure(.io, "can't read \(path): \(String(cString: strerror(errno)))")
            }
            bytes += buffer[..<count]
            guard bytes.count <= inputSizeMax else {
                throw CommandFailure(.data, "the input is over \(inputSizeMax >> 20) MiB: send it in parts")
            }
        }
    }

    private func record(
        _ item: JobBatch.Ready, _ configuration: EnqueueConfiguration
    ) throws(CommandFailure) -> ProducerRecord {
        guard let topic = configuration.topics[item.job.kind] else {
            throw CommandFailure(
                .configuration, "topics.\(item.job.kind.rawValue) is off: there is no topic for such a job")
        }
        return ProducerRecord(
            topic: topic, key: (key.map(Secret.init) ?? item.job.messageKey).reveal { Array($0.utf8) },
            value: item.value,
            headers: JobHeaders.cloudEvent(id: item.eventID, kind: item.job.kind, source: source))
    }

    private func send(
        _ records: [ProducerRecord], _ configuration: EnqueueConfiguration
    ) async throws(CommandFailure) -> Duration {
        let logs = LogSetup(
            level: .critical, format: .text(isColoured: terminal.style.isColoured),
            sink: DescriptorSink.standardError)
        let producer = try Composition.makeProducer(
            configuration.producer, configuration.readings, logger: logs.logger("kafka"))
        var failures: [String] = []
        let begin = ContinuousClock.now
        do {
            try await Composition.prime(producer, Set(records.map(\.topic)).sorted())
            var bar = ProgressBar(total: records.count, label: "enqueue", terminal: terminal) { text in
                DescriptorSink.standardError.writeRaw(text)
            }
            for start in stride(from: 0, to: records.count, by: Self.chunk) {
                let part = Array(records[start..<min(start + Self.chunk, records.count)])
                for case .failure(let error) in await producer.send(part) { failures.append("\(error)") }
                if records.count > Self.chunk {
                    bar.update(start + part.count, at: .now)
                }
                if !failures.isEmpty { break }
            }
            bar.finish()
        } catch {
            await producer.close(deadline: .zero)
            throw error
        }
        await producer.close(deadline: .seconds(5))
        guard let first = failures.first else { return .now - begin }
        throw CommandFailure(
            .unavailable,
            "\(grouped(failures.count)) jobs were not acknowledged (\(first)).\n"
                + "It is safe to run the same command again: one job id is charged once.")
    }
}

/// The headers of a job as a CloudEvent in Kafka's binary mode.
enum JobHeaders {
    static func cloudEvent(id: String, kind: JobKind, source: String) -> [RecordHeader] {
        let texts = [
            ("content-type", "application/json"), ("ce_specversion", "1.0"), ("ce_id", id),
            ("ce_source", source),
            ("ce_type", kind.rawValue), ("ce_time", Timestamp.text(SystemTime().wallTime)),
        ]
        return texts.map { RecordHeader($0.0, Array($0.1.utf8)) }
    }
}
