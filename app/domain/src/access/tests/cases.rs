//! The table: what policies make of an attempt. One line is one case.

use super::language;
use crate::access::evaluate;

/// Users, include and exclude.
const PEOPLE: &str = "
    users all                      | ada                       | blocked
    users all                      | grace                     | blocked
    users guests                   | ada                       | blocked
    users guests                   | grace                     | skips users
    users ada                      | ada                       | blocked
    users ada                      | bob                       | skips users
    users ada bob                  | bob                       | blocked
    users grace                    | grace                     | blocked
    users nurses                   | ada in nurses             | blocked
    users nurses                   | ada in doctors            | skips users
    users nurses                   | ada                       | skips users
    users nurses doctors           | ada in doctors            | blocked
    users nurses                   | grace in doctors nurses   | blocked
    users administrators           | grace as administrators   | blocked
    users administrators           | grace as readers          | skips users
    users administrators           | grace                     | skips users
    users readers                  | ada as readers            | blocked
    users all -guests              | ada                       | skips users
    users all -guests              | grace                     | blocked
    users all -ada                 | ada                       | skips users
    users all -ada                 | bob                       | blocked
    users all -nurses              | ada in nurses             | skips users
    users all -nurses              | ada in doctors            | blocked
    users all -nurses              | ada in nurses doctors     | skips users
    users all -administrators      | grace as administrators   | skips users
    users all -administrators      | grace as readers          | blocked
    users all -administrators      | grace as readers administrators | skips users
    users guests -nurses           | ada in nurses             | skips users
    users guests -nurses           | bob                       | blocked
    users ada -ada                 | ada                       | skips users
    users ada -guests              | ada                       | skips users
    users nurses -ada              | ada in nurses             | skips users
    users nurses -ada              | bob in nurses             | blocked
    users guests administrators    | grace as administrators   | blocked
    users all -all                 | ada                       | skips users
    users                          | ada                       | skips users
    users -ada                     | bob                       | skips users
";

/// Applications, Lobby and security information.
const APPLICATIONS: &str = "
    apps all                       | opens records             | blocked
    apps all                       | opens wiki                | blocked
    apps all                       | opens lobby               | blocked
    apps all                       | opens security            | skips apps
    apps records                   | opens records             | blocked
    apps records                   | opens wiki                | skips apps
    apps records                   | opens lobby               | skips apps
    apps records                   | opens security            | skips apps
    apps records wiki              | opens wiki                | blocked
    apps lobby                     | opens lobby               | blocked
    apps lobby                     | opens records             | skips apps
    apps lobby                     | opens security            | skips apps
    apps security                  | opens security            | blocked
    apps security                  | opens lobby               | skips apps
    apps security                  | opens records             | skips apps
    apps all security              | opens security            | blocked
    apps all -records              | opens records             | skips apps
    apps all -records              | opens wiki                | blocked
    apps all -records              | opens lobby               | blocked
    apps all -lobby                | opens lobby               | skips apps
    apps all -lobby                | opens records             | blocked
    apps records -records          | opens records             | skips apps
    apps records -all              | opens records             | skips apps
    apps security -all             | opens security            | blocked
    apps all security -security    | opens security            | skips apps
    apps                           | opens records             | skips apps
    users guests apps records      | grace opens records       | skips users
    users guests apps records      | ada opens wiki            | skips apps
";

/// Platforms, known and not.
const PLATFORMS: &str = "
    on any                         | on linux                  | blocked
    on any                         | on unknown                | blocked
    on any                         | on undetermined           | blocked
    on ios                         | on ios                    | blocked
    on ios                         | on android                | skips platforms
    on ios                         | on unknown                | skips platforms
    on ios                         | on undetermined           | blocked
    on ios android                 | on android                | blocked
    on unknown                     | on unknown                | blocked
    on unknown                     | on linux                  | skips platforms
    on unknown                     | on undetermined           | blocked
    on any -linux                  | on linux                  | skips platforms
    on any -linux                  | on macos                  | blocked
    on any -linux                  | on unknown                | blocked
    on any -linux                  | on undetermined           | blocked
    on any -unknown                | on unknown                | skips platforms
    on any -unknown                | on undetermined           | blocked
    on linux -linux                | on linux                  | skips platforms
    on linux windows -linux        | on windows                | blocked
    on linux -linux                | on undetermined           | blocked
    on chromeos                    | on chromeos               | blocked
    on chromeos                    | on linux                  | skips platforms
    on macos                       | on ios                    | skips platforms
    on any -android -ios -windows -macos -linux -chromeos -unknown | on undetermined | blocked
    on any -android -ios -windows -macos -linux -chromeos -unknown | on windows      | skips platforms
    on undetermined                | on linux                  | skips platforms
    on undetermined                | on undetermined           | blocked
    on any -undetermined           | on undetermined           | blocked
";

/// Address ranges, trusted and not, mapped and not.
const ADDRESSES: &str = "
    from any                       | from 192.0.2.7            | blocked
    from any                       | from nowhere              | blocked
    from clinic                    | from 192.0.2.0            | blocked
    from clinic                    | from 192.0.2.255          | blocked
    from clinic                    | from 192.0.3.0            | skips locations
    from clinic                    | from ::ffff:192.0.2.7     | blocked
    from clinic                    | from ::ffff:192.0.3.7     | skips locations
    from clinic                    | from 2001:db8::7          | skips locations
    from clinic                    | from nowhere              | blocked
    from clinic branch             | from 203.0.113.9          | blocked
    from branch                    | from 203.0.113.200        | blocked
    from branch                    | from ::ffff:203.0.113.200 | blocked
    from six                       | from 2001:db8:7::1        | blocked
    from six                       | from 2001:db9::1          | skips locations
    from six                       | from 192.0.2.7            | skips locations
    from any -clinic               | from 192.0.2.7            | skips locations
    from any -clinic               | from ::ffff:192.0.2.7     | skips locations
    from any -clinic               | from 198.51.100.1         | blocked
    from any -clinic               | from nowhere              | blocked
    from any -six                  | from 2001:db8::1          | skips locations
    from trusted                   | from 192.0.2.7            | blocked
    from trusted                   | from 203.0.113.200        | blocked
    from trusted                   | from 198.51.100.1         | skips locations
    from trusted                   | from nowhere              | blocked
    from any -trusted              | from 192.0.2.7            | skips locations
    from any -trusted              | from ::ffff:203.0.113.200 | skips locations
    from any -trusted              | from 198.51.100.1         | blocked
    from any -trusted              | from nowhere              | blocked
    from trusted -clinic           | from 192.0.2.7            | skips locations
    from trusted -clinic           | from 203.0.113.9          | blocked
    from clinic lab -trusted       | from 192.0.2.7            | skips locations
    from clinic lab -trusted       | from 198.51.100.1         | blocked
    from gone                      | from 192.0.2.7            | blocked
    from any -gone                 | from 192.0.2.7            | blocked
    from gone clinic               | from 198.51.100.1         | blocked
    from clinic -gone              | from 198.51.100.1         | skips locations
";

/// Countries: as listed, unknown, undetermined.
const COUNTRIES: &str = "
    from swiss                     | country CH                | blocked
    from swiss                     | country LI                | blocked
    from swiss                     | country DE                | skips locations
    from swiss                     | country unknown           | skips locations
    from swiss                     | country undetermined      | blocked
    from abroad                    | country DE                | blocked
    from abroad                    | country unknown           | blocked
    from abroad                    | country CH                | skips locations
    from any -swiss                | country CH                | skips locations
    from any -swiss                | country DE                | blocked
    from any -swiss                | country unknown           | blocked
    from any -swiss                | country undetermined      | blocked
    from any -abroad               | country FR                | skips locations
    from any -abroad               | country unknown           | skips locations
    from any -abroad               | country undetermined      | blocked
    from swiss abroad              | country DE                | blocked
    from swiss -clinic             | from 192.0.2.7 country CH | skips locations
    from swiss -clinic             | from 192.0.9.7 country CH | blocked
    from clinic -swiss             | from 192.0.2.7 country CH | skips locations
    from clinic -swiss             | from 192.0.2.7 country DE | blocked
    from clinic -swiss             | from 192.0.2.7 country undetermined | blocked
    from clinic swiss              | from 9.9.9.9 country LI   | blocked
    from swiss -trusted            | from nowhere country undetermined   | blocked
    from trusted                   | from 198.51.100.1 country undetermined | skips locations
";

/// Multifactor, terms of use, all and any of them.
const CONTROLS: &str = "
    then all factor                | ada                       | asks factor
    then all factor                | factor 0s                 | granted
    then all factor                | factor 300d               | granted
    then any factor                | ada                       | asks factor
    then all house                 | ada                       | asks house
    then all house                 | took house@2              | granted
    then all house                 | took house@3              | granted
    then all house                 | took house@1              | asks house
    then all house                 | took house@2 3650d        | granted
    then all house                 | took yearly@2             | asks house
    then all yearly                | took yearly@1 364d        | granted
    then all yearly                | took yearly@1 365d        | asks yearly
    then all yearly                | took yearly@7 366d        | asks yearly
    then all lost                  | took lost@1               | asks lost
    then all house yearly          | ada                       | asks house yearly
    then all house yearly          | took yearly@1             | asks house
    then all house yearly          | took yearly@1 took house@2 | granted
    then all factor house          | ada                       | asks factor house
    then all factor house          | factor 1h                 | asks house
    then all factor house          | took house@2              | asks factor
    then all factor house          | factor 1h took house@2    | granted
    then any factor house          | ada                       | asks factor/house
    then any factor house          | factor 1h                 | granted
    then any factor house          | took house@2              | granted
    then any factor house          | took house@1              | asks factor/house
    then any house yearly          | took yearly@1 400d        | asks house/yearly
    then any house yearly          | took yearly@1 3d          | granted
    then all factor                | factor 1h opens security  | skips apps
    apps security then all factor  | opens security            | asks factor
    users guests then all factor   | grace                     | skips users
    from any -trusted then all factor | from 192.0.2.7         | skips locations
    from any -trusted then all factor | from nowhere           | asks factor
    from any -trusted then all factor | from nowhere factor 1h | granted
    on any -linux then all house   | on ios                    | asks house
";

/// Sign-in frequency: every time, hours, and what it means for the second factor.
const FREQUENCY: &str = "
    every 4h                       | proved 0s                 | granted
    every 4h                       | proved 239m               | granted
    every 4h                       | proved 4h                 | asks prove
    every 4h                       | proved 9d                 | asks prove
    every 1h                       | proved 3599s              | granted
    every 1h                       | proved 1h                 | asks prove
    every 365d                     | proved 364d               | granted
    every 365d                     | proved 365d               | asks prove
    every 4h                       | proved 1h for wiki opens records | granted
    every time                     | proved 0s for records     | granted
    every time                     | proved 299s for records   | granted
    every time                     | proved 300s for records   | asks prove
    every time                     | proved 0s for wiki        | asks prove
    every time                     | proved 0s                 | granted
    every time                     | proved 0s opens lobby     | granted
    every time                     | proved 0s for records opens lobby | granted
    every time                     | proved 5m opens lobby     | asks prove
    apps security every time       | proved 0s opens security  | granted
    apps security every time       | proved 5m opens security  | asks prove
    then all factor every 4h       | proved 1h factor 1h       | granted
    then all factor every 4h       | proved 1h factor 5h       | asks factor
    then all factor every 4h       | proved 5h factor 1h       | asks prove
    then all factor every 4h       | proved 5h factor 5h       | asks factor
    then all factor every 4h       | proved 1h                 | asks factor
    then all factor every 4h       | proved 5h                 | asks factor
    then all factor every time     | proved 1m for records factor 1m | granted
    then all factor every time     | proved 1m for records factor 6m | asks factor
    then all factor every time     | proved 1m for wiki factor 1m    | asks factor
    then all factor every time     | proved 1m factor 2m             | asks factor
    then all factor every time     | proved 2m factor 1m             | granted
    then all factor every time     | proved 1m factor 1m opens lobby | granted
    then any factor house every 4h | proved 5h factor 5h       | asks prove factor/house
    then any factor house every 4h | proved 5h took house@2    | asks prove
    then any factor house every 4h | proved 1h took house@2    | granted
    then all house every 4h        | proved 5h                 | asks prove house
    then all house every 4h        | proved 5h took house@2    | asks prove
    then all factor house every 4h | proved 5h factor 5h       | asks factor house
    then all factor house every 4h | proved 1h factor 1h took house@2 | granted
    users guests every 4h          | grace proved 9d           | skips users
";

/// States, several policies, and one that cannot be read.
const SETS: &str = "
    users all state off                           | ada         | skips state
    users grace state off                         | ada         | skips state
    users all state report                        | ada         | granted
    then all factor state report                  | ada         | granted
    every 1h state report                         | proved 2h   | granted
    users all state report & users all            | ada         | blocked
    users all state report & then all factor      | ada         | asks factor
    then all factor state report & then all house | ada         | asks house
    users all state off & then all factor         | ada         | asks factor
    users ada & users bob                         | ada         | blocked
    users ada & users bob                         | grace       | granted
    users bob & then all factor                   | ada         | asks factor
    users ada & then all factor                   | ada factor 1h | blocked
    then all factor & users ada                   | ada factor 1h | blocked
    then all factor & then all house              | ada         | asks factor house
    then all house & then all factor              | ada         | asks factor house
    then all factor & then all factor             | ada         | asks factor
    then all house yearly & then all yearly       | took house@2 | asks yearly
    then all factor & every 4h                    | proved 5h   | asks factor
    then all factor & every 4h                    | proved 5h factor 9h | asks prove
    every 4h & every time                         | proved 1h   | asks prove
    every 4h & every 1h                           | proved 2h   | asks prove
    every 4h & every 12h                          | proved 2h   | granted
    then any factor house & then all factor       | ada         | asks factor
    then any factor house & then any house factor | ada         | asks factor/house
    then any factor house & then all yearly       | ada         | asks factor/house yearly
    then any factor house & then any factor yearly | ada        | asks factor/house factor/yearly
    then any factor house & then any factor yearly | factor 1h  | granted
    apps records & apps wiki then all factor      | opens wiki  | asks factor
    apps records & apps wiki then all factor      | opens lobby | granted
    from any -clinic & from any -branch           | from 192.0.2.7 | blocked
    from any -clinic -branch                      | from 192.0.2.7 | skips locations
    unreadable                                    | ada         | blocked
    unreadable                                    | grace as administrators opens security | blocked
    unreadable & then all factor                  | factor 1h   | blocked
    users grace & unreadable                      | ada         | blocked
                                                  | ada         | granted
";

const TABLES: &[(&str, &str)] = &[
    ("people", PEOPLE),
    ("applications", APPLICATIONS),
    ("platforms", PLATFORMS),
    ("addresses", ADDRESSES),
    ("countries", COUNTRIES),
    ("controls", CONTROLS),
    ("frequency", FREQUENCY),
    ("sets", SETS),
];

#[test]
fn every_case_of_the_table_holds() {
    let (mut tried, mut wrong) = (0, Vec::new());
    for (table, cases) in TABLES {
        for line in cases.lines().filter(|line| line.contains('|')) {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            let [policies, attempt, expected] = parts[..] else { panic!("{table}: no case: {line}") };
            let verdict = evaluate(&language::set(policies), &language::attempt(attempt));
            let told = language::told(&verdict);
            tried += 1;
            if told != expected {
                wrong.push(format!("{table}: {policies} | {attempt} | {told}, and not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {tried} cases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tried >= 150, "only {tried} cases");
}
