import Kafka
import MercadoPago
import Worker

extension AppConfiguration {
    /// Settings of delivery and of taking over that work, and do less or other than they seem to.
    var deliveryWarnings: [ConfigurationError.Problem] {
        unusedWarnings + takeoverWarnings + newGroupWarnings
    }

    private var unusedWarnings: [ConfigurationError.Problem] {
        guard transactions == nil else { return [] }
        return [Catalogue.transactionalID.entry.key, Catalogue.transactionTimeout.entry.key].compactMap {
            key in
            guard let reading = readings[key], reading.source != nil, !reading.text.isEmpty else {
                return nil
            }
            return .init(key, "has no effect: delivery.mode is idempotent, which has no transactions")
        }
    }

    private var takeoverWarnings: [ConfigurationError.Problem] {
        var warnings: [ConfigurationError.Problem] = []
        let takeover = worker.takeoverDelay
        if worker.stallLimit <= takeover {
            warnings.append(
                .init(
                    Catalogue.stallLimit.entry.key,
                    "a job whose earlier worker was killed waits for \(DurationText.text(takeover)) "
                        + "(kafka.consumer.session-timeout, gateway.call-timeout and gateway.index-lag), and is "
                        + "named as a stall before that"))
        }
        let address = gateway.baseURL.split(separator: "/").dropFirst().first.map(String.init) ?? ""
        if worker.indexLag < Self.indexLagMin, !Host.isLoopback(address) {
            warnings.append(
                .init(
                    Catalogue.indexLag.entry.key,
                    "Mercado Pago's search needs seconds to show a payment; with less than "
                        + "\(DurationText.text(Self.indexLagMin)) a look-up may miss one that was made"))
        }
        return warnings
    }

    /// What is in a file or a unit's environment is there at the second start too.
    private var newGroupWarnings: [ConfigurationError.Problem] {
        let key = Catalogue.newGroup.entry.key
        guard worker.isNewGroup, let source = readings[key]?.source, source != "command line" else {
            return []
        }
        return [
            .init(
                key,
                "stands in \(source): the next start will be refused, since the group has committed by then; "
                    + "give --new-group to the first start only")
        ]
    }

    /// Mercado Pago's own live tests wait for several seconds before they search; this is twice the longest.
    private static let indexLagMin = Duration.seconds(10)
}
