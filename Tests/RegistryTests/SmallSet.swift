/// A data set just big enough that every rule has something to break: two units that merge and one that is split off,
/// a plan with a draft version, an indicator of three kinds, a nil return.
let smallSet: [String: String] = [
    "units.csv": """
    code,name,name_gen,name_dat,name_acc,type,valid_from,valid_to
    01,A,A,A,A,NOVADS,2009-07-01,2019-07-01
    02,B,B,B,B,NOVADS,2009-07-01,2019-07-01
    03,C,C,C,C,NOVADS,2019-07-01,
    04,D,D,D,D,CITY,2009-07-01,
    05,E,E,E,E,NOVADS,2019-07-01,

    """,
    "successions.csv": """
    predecessor,successor,effective_on,share
    01,03,2019-07-01,1
    02,03,2019-07-01,0.4
    02,05,2019-07-01,0.6

    """,
    "plans.csv": """
    plan,name,path_start,target_date
    P,Plan,2018-01-01,2023-12-31

    """,
    "plan_versions.csv": """
    plan,version,title,approved_on,effective_from,approved_by,technical_only
    P,1,v1,2018-01-01,2018-01-01,SPAP,false
    P,2,v2,2019-07-16,2019-07-16,SPAP,false
    P,3,draft,,2020-11-27,,true

    """,
    "memberships.csv": """
    plan,unit,role,valid_from,valid_to
    P,01,REPORTER,2018-01-01,
    P,02,REPORTER,2018-01-01,
    P,03,REPORTER,2019-07-01,
    P,04,REPORTER,2018-01-01,

    """,
    "indicators.csv": """
    indicator,name,name_en,kind,unit,direction,target_group
    I,I,I,CUM_UNIQUE,persons,UP,GRT
    R,R,R,RATIO,share,UP,GRT
    N,N,N,STOCK,places,UP,

    """,
    "targets.csv": """
    plan,version,indicator,unit,target_date,kind,value,baseline
    P,1,I,04,2023-12-31,FINAL,10,
    P,1,I,04,2020-12-31,MILESTONE,3,
    P,1,I,,2023-12-31,FINAL,10,0.50
    P,3,I,04,2023-12-31,FINAL,12,

    """,
    "forms.csv": """
    form,name,recurrence,due_working_days,grace_working_days,role
    F,F,HALF_YEAR,10,5,
    G,G,YEAR,10,5,REPORTER

    """,
    "form_indicators.csv": """
    form,indicator
    F,I
    F,R
    G,N

    """,
    "contacts.csv": """
    unit,role,email,language,valid_from,valid_to
    04,SUBMITTER,dati@example.lv,lv,2018-01-01,

    """,
    "calendar.csv": """
    calendar,date,kind,name,known_since
    LV,2019-01-01,HOLIDAY,Jaunais gads,
    LV,2018-04-30,MOVED_OFF,"Pārceltā, brīva",2017-07-01

    """,
    "calendar_adoptions.csv": """
    unit,year,adopts_moved_days
    04,2018,true

    """,
    "submissions.csv": """
    unit,form,period,version,received_at,status,nil
    04,F,2018-H1,1,2018-07-10T10:00:00.25+03:00,ACCEPTED,false
    04,F,2018-H2,1,2019-01-10T08:00:00Z,ACCEPTED,true
    04,G,2018,1,2019-01-10T10:00:00+02:00,RECEIVED,false

    """,
    "observations.csv": """
    unit,form,period,version,indicator,value,obs_status,basis,denominator
    04,F,2018-H1,1,I,1,A,,
    04,F,2018-H1,1,R,1,A,,2
    04,G,2018,1,N,,M,,

    """,
    "framework.csv": """
    plan,priority,indicator,kind
    P,9,I,OUTPUT

    """,
    "adjustments.csv": """
    plan,indicator,period,delta,reason
    P,I,2019-H2,-1,counted in 03 and 04

    """,
    "contradictions.csv": """
    plan,indicator,value,source,published_on,note
    P,I,more than 200,"News, of the region",2020-01-22,
    P,I,12,Page of D,,later plan

    """,
]

/// The small set with one row in place of another, or one more row where nothing is replaced.
func smallSet(_ file: String, replacing old: String? = nil, with new: String) -> [String: String] {
    var files = smallSet
    let text = files[file]!
    files[file] = old.map { text.replacing($0, with: new) } ?? text + new + "\n"
    return files
}
