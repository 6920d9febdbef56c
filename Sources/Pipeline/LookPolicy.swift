/// When a look at the gateway that finds nothing is believed.
///
/// The gateway's index is near real time, and not more: the live tests of Mercado Pago's own SDKs wait 3 to
/// 5 s before they search ([T] sdk-dotnet). Several looks over more than the index's lag settle it.
public struct LookPolicy: Sendable, Hashable {
    /// For how long the index may not show what has been done.
    public var indexLag: Duration
    /// The pause between two looks.
    public var pause: Duration
    /// How many looks have to find nothing at least.
    public var countMin: Int

    /// The defaults are settled after four looks within twelve seconds.
    public init(indexLag: Duration = .seconds(10), pause: Duration = .seconds(4), countMin: Int = 4) {
        self.indexLag = indexLag
        self.pause = pause
        self.countMin = countMin
    }
}
