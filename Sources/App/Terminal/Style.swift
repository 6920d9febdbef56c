import Glibc

/// Colours, where the other side is a terminal and its user hasn't said no.
package struct Style: Sendable {
    let isColoured: Bool

    package init(isColoured: Bool) { self.isColoured = isColoured }

    package func bold(_ text: String) -> String { paint(text, 1) }
    package func faint(_ text: String) -> String { paint(text, 2) }
    package func red(_ text: String) -> String { paint(text, 31) }
    package func green(_ text: String) -> String { paint(text, 32) }
    package func yellow(_ text: String) -> String { paint(text, 33) }

    private func paint(_ text: String, _ code: Int) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

/// What this process's outputs are connected to.
package struct Terminal: Sendable {
    /// Whether the descriptor is a terminal.
    package let isTerminal: Bool
    /// Its style; https://no-color.org says how to turn colours off.
    package let style: Style

    package init(descriptor: Int32, environment: [String: String]) {
        isTerminal = isatty(descriptor) == 1
        let refuses = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
        style = Style(isColoured: isTerminal && !refuses)
    }

    package init(isTerminal: Bool, isColoured: Bool) {
        self.isTerminal = isTerminal
        style = Style(isColoured: isColoured)
    }
}

extension String {
    /// The text, and spaces up to `width` columns.
    func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

    /// Spaces up to `width` columns, and the text.
    func padding(leftTo width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }

    /// The text, cut to `width` columns.
    func cut(to width: Int) -> String { count > width ? prefix(max(0, width - 1)) + "…" : self }
}
