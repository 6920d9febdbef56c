/// Finds the word that somebody meant.
enum Spelling {
    /// The one of `words` that is nearest to `word`, or the only one that goes on where it ends.
    static func nearest(to word: String, in words: some Sequence<String>) -> String? {
        let limit = max(2, word.count / 4)
        let ranked = words.map { ($0, distance(word, $0)) }
        if let best = ranked.filter({ $0.1 <= limit }).min(by: { $0.1 < $1.1 }) { return best.0 }
        let longer = ranked.map(\.0).filter { $0.hasPrefix(word) }
        return longer.count == 1 ? longer.first : nil
    }

    /// How many letters must be added, removed, changed or swapped with their neighbour.
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left)
        let right = Array(right)
        var rows = [Array(0...right.count)]
        for (row, letter) in left.enumerated() {
            var next = [row + 1]
            for (column, other) in right.enumerated() {
                let change = rows[row][column] + (letter == other ? 0 : 1)
                var best = min(change, rows[row][column + 1] + 1, next[column] + 1)
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    best = min(best, rows[row - 1][column - 1] + 1)
                }
                next.append(best)
            }
            rows.append(next)
        }
        return rows[left.count][right.count]
    }
}
