import PaymentJobs

/// Why a call has no usable answer.
public enum MercadoPagoError: Error, Sendable, Hashable {
    /// The request never left this process, or left without its body.
    case notSent(TransportFault)
    /// The request may have arrived; the answer didn't.
    case interrupted(TransportFault)
    /// The gateway answered with an error.
    case answered(APIError)
    /// The gateway's answer can't be read, or lacks what identifies the object.
    case unreadable(UnreadableAnswer)
    /// A search has more results than are read.
    case incomplete(IncompleteSearch)

    /// Whether the call may have been done all the same.
    public var mayHaveBeenDone: Bool {
        switch self {
        case .notSent, .incomplete: false
        case .interrupted, .unreadable: true
        case .answered(let error): error.mayHaveBeenDone
        }
    }

    /// The gateway's id of the request, where it answered.
    public var requestID: String? {
        switch self {
        case .notSent, .interrupted, .incomplete: nil
        case .answered(let error): error.requestID
        case .unreadable(let answer): answer.requestID
        }
    }
}

extension MercadoPagoError: CustomStringConvertible {
    /// What happened, without secrets.
    public var description: String {
        switch self {
        case .notSent(let fault): "not sent: \(fault)"
        case .interrupted(let fault): "interrupted after sending: \(fault)"
        case .answered(let error): error.description
        case .unreadable(let answer): answer.description
        case .incomplete(let search): search.description
        }
    }
}

/// An answer that can't be read.
public struct UnreadableAnswer: Sendable, Hashable, CustomStringConvertible {
    /// The HTTP status.
    public let httpStatus: Int
    /// The `x-request-id` header.
    public let requestID: String?
    /// What is wrong with it, without its content.
    public let why: String

    init(httpStatus: Int, requestID: String?, why: String) {
        self.httpStatus = httpStatus
        self.requestID = requestID
        self.why = why
    }

    init(_ raw: RawAnswer, why: String) {
        self.init(httpStatus: raw.status, requestID: raw.requestID, why: why)
    }

    /// Status and reason.
    public var description: String { "HTTP \(httpStatus), unreadable answer: \(why)" }
}

/// A search that was given up.
public struct IncompleteSearch: Sendable, Hashable, CustomStringConvertible {
    /// How many results were read.
    public let resultsRead: Int
    /// How many there are.
    public let resultsTotal: Int

    /// Both numbers.
    public var description: String { "search given up after \(resultsRead) of \(resultsTotal) results" }
}
