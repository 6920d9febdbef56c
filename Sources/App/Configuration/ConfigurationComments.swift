/// Takes the comments out of a JSON file that has them.
enum ConfigurationComments {
    /// `bytes` with spaces in place of each `//` outside a string and what follows it on its line.
    ///
    /// Nothing moves, so that a parser's complaint names the right byte. A slash outside a string is never
    /// JSON: no document changes its meaning by this.
    static func blanked(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        var isInString = false
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\") where isInString: index += 1
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "/") where !isInString && bytes[index...].starts(with: [0x2F, 0x2F]):
                while index < bytes.count, bytes[index] != 0x0A {
                    result[index] = 0x20
                    index += 1
                }
                continue
            default: break
            }
            index += 1
        }
        return result
    }
}
