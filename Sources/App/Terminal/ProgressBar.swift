import Pipeline

/// How far something is: a bar that redraws itself on a terminal, a plain line now and then elsewhere.
struct ProgressBar {
    private let total: Int
    private let label: String
    private let terminal: Terminal
    private let write: (String) -> Void
    private var lastDrawn: ContinuousClock.Instant?
    private var lastDone = 0
    private var isOpen = false

    init(total: Int, label: String, terminal: Terminal, write: @escaping (String) -> Void) {
        self.total = total
        self.label = label
        self.terminal = terminal
        self.write = write
    }

    /// Notes that `done` of the total are finished; draws where enough has changed since the last time.
    mutating func update(_ done: Int, note: String = "", at now: ContinuousClock.Instant) {
        let pause = Duration.milliseconds(terminal.isTerminal ? 50 : 2000)
        let isDue = lastDrawn.map { now - $0 >= pause } ?? true
        guard done != lastDone || lastDrawn == nil, isDue || done >= total else { return }
        lastDrawn = now
        lastDone = done
        let text = line(done, note)
        write(terminal.isTerminal ? "\r\u{1B}[2K" + text : text + "\n")
        isOpen = terminal.isTerminal
    }

    /// Ends the bar's line.
    mutating func finish() {
        if isOpen { write("\n") }
        isOpen = false
    }

    private func line(_ done: Int, _ note: String) -> String {
        let share = total == 0 ? 1 : min(1, Double(done) / Double(total))
        let count = "\(grouped(done))/\(grouped(total))"
        let rest = note.isEmpty ? "" : "  " + note
        guard terminal.isTerminal else { return "\(label)  \(count)\(rest)" }
        let width = 24
        let full = Int((share * Double(width)).rounded(.down))
        let bar =
            terminal.style.green(String(repeating: "━", count: full))
            + terminal.style.faint(String(repeating: "━", count: width - full))
        return "\(label)  \(bar)  \(count)\(terminal.style.faint(rest))"
    }
}

/// `1234567` → `1,234,567`.
func grouped(_ number: Int) -> String {
    var text = ""
    for (index, digit) in String(number.magnitude).reversed().enumerated() {
        if index > 0, index % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
}

/// A number with `digits` decimal places.
func decimal(_ number: Double, digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (number.magnitude * scale).rounded()
    let whole = Int(scaled / scale)
    let sign = number < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(whole) }
    let fraction = String(Int(scaled) - whole * Int(scale))
    return "\(sign)\(whole)." + String(repeating: "0", count: digits - fraction.count) + fraction
}
