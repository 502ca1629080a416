import Civil

extension DataSetCheck {
    /// Indicators and forms, and that an indicator is on at most one form.
    mutating func checkForms() {
        checkKeys(.indicators, dataSet.indicators, "indicator", "indicator") { $0.indicator }
        for (row, indicator) in dataSet.indicators.enumerated() {
            checkNotEmpty(indicator.indicator, .indicators, row, "indicator")
            checkNotEmpty(indicator.name, .indicators, row, "name")
        }
        checkKeys(.forms, dataSet.forms, "form", "form") { $0.form }
        for (row, form) in dataSet.forms.enumerated() {
            checkNotEmpty(form.form, .forms, row, "form")
            checkNotEmpty(form.name, .forms, row, "name")
            if form.dueWorkingDays < 1 {
                fault(
                    .forms, row, "due_working_days",
                    "The due date lies \(form.dueWorkingDays) working days after the period; it must be at least 1.")
            }
            if form.graceWorkingDays < 0 {
                fault(
                    .forms, row, "grace_working_days",
                    "A grace of \(form.graceWorkingDays) working days is negative; write 0 for none.")
            }
        }
        var formOf: [String: String] = [:]
        for (row, entry) in dataSet.formIndicators.enumerated() {
            checkForm(entry.form, .formIndicators, row)
            checkIndicator(entry.indicator, .formIndicators, row)
            if let other = formOf[entry.indicator] {
                fault(
                    .formIndicators, row, "indicator",
                    other == entry.form
                        ? "An earlier row has the same form and indicator; keep one of the two."
                        : "Indicator \(entry.indicator) is on form \(other) already; it can be on one form only.")
            } else {
                formOf[entry.indicator] = entry.form
            }
        }
    }

    /// Contacts, calendar days and adoptions.
    mutating func checkContactsAndCalendar() {
        struct ContactKey: Hashable {
            let unit: String
            let role: ContactRole
            let email: String
            let from: LocalDate
        }
        struct DayKey: Hashable {
            let calendar: String
            let date: LocalDate
        }
        struct AdoptionKey: Hashable {
            let unit: String
            let year: Int
        }
        checkKeys(.contacts, dataSet.contacts, "unit", "unit, role, e-mail address and valid_from") {
            ContactKey(unit: $0.unit, role: $0.role, email: $0.email, from: $0.validFrom)
        }
        for (row, contact) in dataSet.contacts.enumerated() {
            checkUnit(contact.unit, .contacts, row)
            checkSpan(contact.validFrom, contact.validTo, .contacts, row)
            if !Self.isAddress(contact.email) {
                // The address itself is personal data and stays out of the message.
                fault(.contacts, row, "email", "This is no e-mail address; write name@domain without blanks.")
            }
        }
        checkKeys(.calendar, dataSet.calendar, "date", "calendar and date") {
            DayKey(calendar: $0.calendar, date: $0.date)
        }
        checkKeys(.calendarAdoptions, dataSet.calendarAdoptions, "year", "unit and year") {
            AdoptionKey(unit: $0.unit, year: $0.year)
        }
        for (row, adoption) in dataSet.calendarAdoptions.enumerated() {
            checkUnit(adoption.unit, .calendarAdoptions, row)
        }
    }

    private static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
            && !text.unicodeScalars.contains { $0.properties.isWhitespace || $0.value < 0x20 || $0.value == 0x7F }
    }
}
