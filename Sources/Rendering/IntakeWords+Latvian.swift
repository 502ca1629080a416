import Civil
import Domain

extension IntakeWords {
    static func latvian(_ finding: IntakeFinding) -> String {
        let subject = finding.subject ?? "?"
        let value = finding.value ?? "?"
        let other = finding.other ?? "?"
        let when = finding.when.flatMap { LocalDate(iso: $0) }.map(LatvianDate.short) ?? finding.when ?? "?"
        func locative() -> String { period(finding.when, LatvianPeriod.locative) }
        return switch finding.rule {
        case .notCSV: "fails nav CSV; saglabājiet to kā CSV (UTF-8)."
        case .empty: "failā nav nevienas datu rindas."
        case .columnMissing: "virsrindā trūkst kolonnas \(subject); pievienojiet to."
        case .columnUnknown: "kolonna \(value) nav pazīstama vai atkārtojas; izlabojiet virsrindu."
        case .fieldCount: "rindā ir \(value) lauki, bet virsrindā – cits skaits; laukus ar komatiem lieciet pēdiņās."
        case .malformed: "laukā \(subject) nav nolasāma vērtība \(value); izlabojiet to."
        case .severalUnits: "failā ir vairāku pašvaldību dati (\(value)); iesniedziet katru savā failā."
        case .wrongUnit:
            "failā ir pašvaldības \(value) dati, bet iesniedzējs ir \(other); pārbaudiet, vai fails ir īstais."
        case .unknownUnit: "pašvaldība ar kodu \(value) nav zināma; pārbaudiet kodu."
        case .unknownForm: "veidlapa \(value) nav zināma; pārbaudiet kodu."
        case .wrongPeriod: "veidlapai nav tāda perioda kā \(value); pārbaudiet periodu."
        case .periodNotEnded: "periods \(value) beidzas \(when); datus iesniedziet pēc tā beigām."
        case .notOwed:
            "pašvaldībai \(value) veidlapa \(subject) par \(period(finding.when, LatvianPeriod.accusative)) nav jāiesniedz."
        case .unknownIndicator: "rādītāja \(subject) nav veidlapā \(value); pārbaudiet kodu."
        case .duplicate: "rādītājs \(subject) norādīts divreiz; atstājiet vienu rindu."
        case .valueMissing:
            "rādītājam \(subject) trūkst skaitļa; ierakstiet to, 0, ja nav neviena, vai statusu L, ja datu nav."
        case .valueUnwanted:
            "rādītājam \(subject) ar statusu \(value) skaitli nenorāda; izdzēsiet to vai rakstiet statusu A."
        case .denominatorMissing: "rādītājam \(subject) trūkst saucēja."
        case .denominatorUnwanted: "rādītājam \(subject) saucēju nenorāda; atstājiet lauku tukšu."
        case .nilWithoutPrior:
            "rādītājam \(subject) agrāku datu nav, tāpēc “izmaiņu nav” nevar norādīt; rakstiet skaitli, 0 vai statusu M."
        case .personalCode: "pamatojumā ir personas kods; izņemiet to – personas dati nav jāsūta."
        case .negative: "rādītāja \(subject) vērtība \(value) ir negatīva; skaitlis nevar būt mazāks par 0."
        case .decrease:
            "rādītājs \(subject) samazinās: \(value), bet \(locative()) bija \(other). Ja tas ir precizējums, norādiet pamatojumu."
        case .belowPredecessors:
            "rādītājs \(subject) (\(value)) ir mazāks, nekā bija sasnieguši priekšteči (\(other)); pārbaudiet, ko skaitlis ietver."
        case .correctionWithoutReason:
            "dati \(period(finding.when, LatvianPeriod.accusative).isEmpty ? "" : "par \(period(finding.when, LatvianPeriod.accusative)) ")jau ir pieņemti; to maiņai norādiet pamatojumu."
        case .decreaseExplained:
            "rādītājs \(subject) samazinās: \(value), bet \(locative()) bija \(other). Pamatojums saņemts."
        case .servedAboveAssessed:
            "rādītājs \(subject): pakalpojumus saņem \(value), bet izvērtēti \(other); pārbaudiet, vai skaitlis ir pareizs."
        case .indicatorLacking: "rādītājam \(subject) rindas nav; tas tiek uzskatīts par nesaņemtu, nevis par nulli."
        case .late: "termiņš bija \(when); dati saņemti ar kavēšanos."
        }
    }
}
