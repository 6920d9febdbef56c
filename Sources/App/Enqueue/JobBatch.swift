import ExactJSON
import PaymentJobs

/// Jobs that were read, checked, and are ready to be sent.
package struct JobBatch: Sendable {
    /// One job that is ready.
    struct Ready: Sendable {
        var job: Job
        /// The value as it will be sent.
        var value: [UInt8]
        /// The CloudEvents id.
        var eventID: String
    }

    /// What is wrong with one line.
    package struct Problem: Sendable, Hashable, CustomStringConvertible {
        /// Counted from 1; nil where the job came from options.
        package var line: Int?
        package var text: String

        package var description: String { line.map { "line \($0): \(text)" } ?? text }
    }

    private(set) var ready: [Ready] = []
    package private(set) var problems: [Problem] = []
    /// Lines that repeat an earlier one; they are sent too, and harmless.
    package private(set) var repeats = 0
    private var firstLines: [JobKey: (line: Int?, digest: String)] = [:]
    private let kind: JobKind
    private let decoder: JobDecoder

    private struct JobKey: Hashable { var account: AccountName, id: JobID }

    /// An empty batch; lines that don't tell their kind are of `kind`.
    package init(kind: JobKind, decoder: JobDecoder = JobDecoder()) {
        self.kind = kind
        self.decoder = decoder
    }

    package var count: Int { ready.count }

    /// The jobs of an NDJSON document; empty lines are left out.
    package init(lines bytes: [UInt8], kind: JobKind, decoder: JobDecoder = JobDecoder()) {
        self.init(kind: kind, decoder: decoder)
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            if !isBlank { add(Array(line), line: number) }
        }
    }

    /// Reads one job: its fields, or a whole CloudEvent in structured mode.
    package mutating func add(_ bytes: [UInt8], line: Int? = nil) {
        let event = (try? JSON(parsing: bytes))?.object.flatMap { $0["specversion"] == nil ? nil : $0 }
        let headers = event == nil ? [] : [MessageHeader("content-type", "application/cloudevents+json")]
        if let event, event["type"]?.string.flatMap(JobKind.init(rawValue:)) == nil {
            let kinds = JobKind.allCases.map(\.rawValue).joined(separator: ", ")
            problems.append(Problem(line: line, text: "type: must be one of \(kinds)"))
            return
        }
        let message = InboundMessage(topicKind: kind, key: nil, value: bytes, headers: headers)
        do throws(JobRefusal) {
            let submission = try decoder.decode(message)
            // A structured event is sent in binary mode: its data is the value.
            let value = event?["data"].map { $0.serialized() } ?? bytes
            let eventID = submission.provenance.eventID ?? submission.job.id.description
            keep(Ready(job: submission.job, value: value, eventID: eventID), line: line)
        } catch {
            problems += error.problems.map { Problem(line: line, text: $0.description) }
        }
    }

    /// One job id is one job: a second one with other content would end as a conflict.
    private mutating func keep(_ item: Ready, line: Int?) {
        let key = JobKey(account: item.job.account, id: item.job.id)
        let digest = item.job.digest
        guard let first = firstLines[key] else {
            firstLines[key] = (line, digest)
            ready.append(item)
            return
        }
        guard first.digest == digest else {
            let place = first.line.map { "line \($0)" } ?? "another job"
            problems.append(
                Problem(line: line, text: "job_id: is that of \(place), and the content is another"))
            return
        }
        repeats += 1
        ready.append(item)
    }
}
