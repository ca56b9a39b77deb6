//! What the command line says: help, checks with their cures, and never a secret.

use services::testing::mail_server::MailServer;

use crate::house::House;

const SECRET: &str = "correct-horse-battery";

/// Everything that a command printed, and how it ended.
fn said(house: &House, arguments: &[&str]) -> (String, Option<i32>) {
    let output = house.run(arguments);
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.code())
}

#[test]
fn help_names_every_command_and_every_key() {
    let (help, code) = said(&House::new(), &["--help"]);
    assert_eq!(code, Some(0));
    for command in ["serve", "migrate", "check", "make-admin"] {
        assert!(help.contains(command), "{command} is missing: {help}");
    }
    for (key, means) in server::config::KEYS {
        assert!(help.contains(key) && help.contains(means), "{key} is missing: {help}");
    }
    let (version, code) = said(&House::new(), &["--version"]);
    assert_eq!((version.trim(), code), (format!("lobby {}", env!("CARGO_PKG_VERSION")).as_str(), Some(0)));
}

#[test]
fn a_key_that_nobody_knows_stops_the_start_and_is_named() {
    let mut house = House::new();
    std::fs::write(house.path("lobby.toml"), "listen = '127.0.0.1:0'\ntrusted_proxy = []\n").unwrap();
    let file = house.path("lobby.toml").display().to_string();
    let (words, code) = said(&house, &["--config", &file, "serve"]);
    assert!(words.contains("trusted_proxy") && code == Some(2), "{words}");
    let (words, code) = said(&house, &["--config", "/nowhere/lobby.toml", "serve"]);
    assert!(words.contains("/nowhere/lobby.toml") && code == Some(2), "{words}");
    house.settings = vec![("LOBBY_SMTP_HOTS", "mail.example".to_owned())];
    let (words, code) = said(&house, &["serve"]);
    assert!(words.contains("LOBBY_SMTP_HOTS") && words.contains("lobby --help") && code == Some(2), "{words}");
    house.settings = Vec::new();
    let (words, code) = said(&house, &["serve"]);
    assert!(words.contains("smtp.host is required") && code == Some(2), "{words}");
}

#[test]
fn check_says_what_is_wrong_and_how_to_mend_it() {
    let mail = MailServer::start();
    let mut house = House::with(&mail);
    let (words, code) = said(&house, &["check"]);
    assert!(words.contains("Cure: lobby migrate") && code == Some(1), "{words}");
    let (words, code) = said(&house, &["migrate"]);
    assert!(words.contains("The database has all") && code == Some(0), "{words}");
    let (again, code) = said(&house, &["migrate"]);
    assert_eq!((again, code), (words, Some(0)), "a second time does nothing");
    let (words, code) = said(&house, &["check"]);
    assert_eq!(code, Some(0), "{words}");
    for part in ["configuration  fine", "database       fine", "mail server    fine: not encrypted, without a login"] {
        assert!(words.contains(part), "{words}");
    }
    drop(mail);
    let (words, code) = said(&house, &["check"]);
    assert!(words.contains("database       fine") && code == Some(1), "the parts are told apart: {words}");
    assert!(words.contains("check host and port"), "the cure: {words}");
    house.settings.push(("LOBBY_DATABASE", "postgres://lobby@nowhere.invalid/lobby".to_owned()));
    let (words, code) = said(&house, &["check"]);
    assert!(words.contains("Cure: correct the key database") && code == Some(1), "{words}");
}

#[test]
fn no_command_prints_a_secret() {
    let mail = MailServer::start_with(&["--login", "lobby:another"]);
    let mut house = House::with(&mail);
    let file = house.path("lobby.toml");
    let with = |text: &str| std::fs::write(&file, text.replace("SECRET", SECRET)).unwrap();
    let commands: [&[&str]; 4] = [&["check"], &["migrate"], &["serve"], &["make-admin", "ida@lindenhof.example"]];
    let broken = [
        "[smtp]\nuser = 'lobby'\npassword = 'SECRET\n",
        "[smtp]\npassword = 'SECRET'\n",
        "[smtp]\nuser = 'lobby'\npassword = 'SECRET'\npassword_file = '/dev/null'\n",
        "database = 'mysql://lobby:SECRET@127.0.0.1:1/lobby'\n",
        "database = 'postgres://lobby:SECRET@nowhere.invalid/lobby'\n",
        "database = 'postgres://lobby:SECRET@127.0.0.1:port/lobby'\n",
        "public_url = 'https://lobby:SECRET@lindenhof.example'\n",
    ];
    for text in broken {
        with(text);
        for command in commands {
            let mut called = house.command(&[&["--config", file.to_str().unwrap()][..], command].concat());
            if text.contains("public_url") {
                called.env_remove("LOBBY_PUBLIC_URL");
            }
            let output = called.output().unwrap();
            let words = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            assert!(!output.status.success() && !words.is_empty(), "{text} {command:?}: {words}");
            assert!(!words.contains(SECRET), "{text} {command:?}: {words}");
        }
    }
    house.settings.push(("LOBBY_SMTP_USER", "lobby".to_owned()));
    house.settings.push(("LOBBY_SMTP_PASSWORD", SECRET.to_owned()));
    assert_eq!(house.run(&["migrate"]).status.code(), Some(0));
    let (words, code) = said(&house, &["check"]);
    assert!(words.contains("check user name and password") && code == Some(1), "{words}");
    assert!(!words.contains(SECRET), "{words}");
}

#[test]
fn the_link_of_an_administrator_goes_to_a_file_that_its_owner_alone_reads() {
    use std::os::unix::fs::PermissionsExt;
    let house = House::with(&MailServer::start());
    let (words, code) = said(&house, &["make-admin", "ida@lindenhof.example"]);
    assert_eq!(code, Some(0), "{words}");
    let path = house.path("administrator-link");
    let link = std::fs::read_to_string(&path).unwrap();
    let token = link.trim().strip_prefix(&format!("http://localhost:{}/first/", house.port)).unwrap();
    assert!(token.len() == 43 && words.contains(path.to_str().unwrap()) && !words.contains(token), "{words}");
    for secret in [path, house.path("lobby.key")] {
        assert_eq!(std::fs::metadata(&secret).unwrap().permissions().mode() & 0o777, 0o600, "{}", secret.display());
    }
    let (words, code) = said(&house, &["make-admin", "nonsense"]);
    assert!(words.contains("nonsense is no e-mail address") && code == Some(1), "{words}");
}
