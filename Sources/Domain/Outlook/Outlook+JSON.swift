import Civil

extension Outlook {
    /// The JSON of `rinda forecast --json`: rates with six decimals, ratios with four, percentages with two; a forecast
    /// that is refused is null, with the reason beside it.
    package func json() -> String {
        var text = JSONText()
        text.object { text in
            text.member("plan", attainment.question.plan)
            text.member("period", attainment.question.period.code)
            text.member("as_of", attainment.asOf.description)
            text.member("known_at", attainment.question.knownAt?.description)
            text.member("snapshot", attainment.snapshot)
            text.name("indicators")
            text.array(lines) { line, text in line.write(to: &text) }
        }
        return text.text
    }
}

extension Outlook.Line {
    fileprivate func write(to text: inout JSONText) {
        let kind = figure.kind
        text.object { text in
            text.member("indicator", figure.indicator)
            text.member("reported", kind.text(of: figure.reported))
            text.member("target", kind.text(of: figure.target))
            text.member("target_date", end.description)
            text.member("gap", kind.text(of: gap))
            text.name("missing")
            text.object { text in
                for level in Outlook.levels { text.member("\(level)", kind.text(of: missing(to: level))) }
            }
            text.name("forecast")
            switch forecast {
            case .success(let forecast):
                text.object { text in
                    text.name("points")
                    text.array(forecast.points) { point, text in
                        text.object { text in
                            text.member("date", point.date.description)
                            text.member("figure", kind.text(of: point.figure))
                        }
                    }
                    text.member("rate_per_day", forecast.rate.rounded(decimals: 6))
                    text.member("at_end", forecast.atEnd.rounded(decimals: 2))
                    text.member("attained_at_end", forecast.shareAtEnd.percentText)
                    text.member("required_per_day", forecast.requiredRate.rounded(decimals: 6))
                    text.member("required_to_actual", forecast.requiredToActual?.paceText)
                    text.member("reached_on", forecast.reachedOn?.description)
                }
                text.member("refused", nil as String?)
                text.member("reason", nil as String?)
            case .failure(let refusal):
                text.null()
                text.member("refused", refusal.rawValue)
                text.member("reason", refusal.reason)
            }
        }
    }
}
