/// Rows of text in columns, as wide as their widest cell.
struct Table: Sendable {
    enum Alignment: Sendable { case left, right }

    private let headings: [String]
    private let alignments: [Alignment]
    private var rows: [[String]] = []

    /// A table; a heading that begins with `>` is a column of numbers, aligned to the right.
    init(_ headings: String...) {
        self.headings = headings.map { $0.hasPrefix(">") ? String($0.dropFirst()) : $0 }
        alignments = headings.map { $0.hasPrefix(">") ? .right : .left }
    }

    mutating func add(_ cells: String...) {
        precondition(cells.count == headings.count, "a row has a cell in each column")
        rows.append(cells)
    }

    /// The table in lines of at most `width` columns: the last column is cut where it is too wide.
    func lines(style: Style, width: Int = 80, indent: String = "  ") -> [String] {
        var widths = headings.indices.map { column in
            max(headings[column].count, rows.map { $0[column].count }.max() ?? 0)
        }
        let used = widths.dropLast().reduce(0) { $0 + $1 + 2 } + indent.count
        if let last = widths.indices.last { widths[last] = min(widths[last], max(8, width - used)) }
        let head = headings.contains { !$0.isEmpty } ? [style.faint(line(headings, widths, indent))] : []
        return head + rows.map { line($0, widths, indent) }
    }

    private func line(_ cells: [String], _ widths: [Int], _ indent: String) -> String {
        var line = indent
        for (column, cell) in cells.enumerated() {
            let isLast = column == cells.count - 1
            let text = cell.cut(to: widths[column])
            switch alignments[column] {
            case .right: line += text.padding(leftTo: widths[column])
            case .left: line += isLast ? text : text.padding(to: widths[column])
            }
            if !isLast { line += "  " }
        }
        return line
    }
}
