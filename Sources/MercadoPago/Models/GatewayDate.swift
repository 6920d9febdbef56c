import PaymentJobs

/// The gateway's dates, which come in several spellings.
public enum GatewayDate {
    /// Milliseconds since 1970; nil for what is no date.
    ///
    /// Read: `2023-09-04T09:00:57.374-04:00`, the same with `Z`, `+00:00`, `-00:00`, `-0300` or no fraction
    /// ([C] recorded). An empty text, which `money_release_date` has been, is no date.
    public static func milliseconds(_ text: String) -> Int64? {
        var scanner = DateScanner(text)
        guard let milliseconds = scanner.moment(), scanner.isAtEnd else { return nil }
        return milliseconds
    }
}
