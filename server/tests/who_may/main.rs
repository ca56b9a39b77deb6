//! The permission matrix: every page, server function and plain endpoint, asked by everybody. What each is answered
//! stands in `who_may.txt`; a door that does not stand there fails, with the line to add.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may end here")]

#[path = "../browser/mod.rs"]
mod browser;
mod doors;
mod line;
mod scene;
mod stub;
mod things;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use browser::map::{self, Door};
use line::{ACTORS, Line};
use scene::Scene;

/// Says to everybody that a launch leads nowhere, with the status for that.
const NOT_OPEN: &str = "/not-open/{app}";
/// Opens for what a provider has signed, and for nobody else.
const BACK_CHANNEL: &str = "/signin/backchannel/{provider}";

fn lines() -> Vec<Line> {
    line::read(&std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/who_may.txt")).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_door_stands_in_the_list_and_opens_for_somebody() {
    let doors = map::all().await;
    let lines = lines();
    let mut faults = Vec::new();
    let mut of_door: BTreeMap<&Door, Vec<&Line>> = BTreeMap::new();
    for line in &lines {
        match doors::which(&doors, line) {
            Some(door) => of_door.entry(door).or_default().push(line),
            None => faults.push(format!("who_may.txt:{}: there is no such door any more: {line}", line.number)),
        }
    }
    for door in &doors {
        let Some(lines) = of_door.get(door) else {
            faults.push(format!("who_may.txt: a line is wanting, such as\n{}", suggested(door).await));
            continue;
        };
        let about_things: Vec<&&Line> = lines.iter().filter(|line| line.is_about_something()).collect();
        let opens = lines.iter().any(|line| line.answers.iter().any(|answer| answer == "ok"));
        if !opens && ![NOT_OPEN, BACK_CHANNEL].contains(&door.path.as_str()) {
            faults.push(format!("{} {}: opens for nobody, so its lines prove nothing", door.method, door.path));
        }
        if !about_things.is_empty() && !about_things.iter().any(|line| line.is_about_nothing()) {
            faults.push(format!("{} {}: a line about {{none}} is wanting", door.method, door.path));
        }
        faults.extend(about_things.iter().filter_map(|line| told_apart(line, &about_things)));
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Whoever is told that a thing is not there is told the same of what is not.
fn told_apart(line: &Line, all: &[&&Line]) -> Option<String> {
    let nothing = all.iter().find(|other| other.is_about_nothing() && other.demo == line.demo)?;
    let hidden = |at: &usize| line.answers[*at] == "404" && nothing.answers[*at] != "404";
    let actor = (0..ACTORS.len()).find(hidden)?;
    Some(format!("who_may.txt:{}: {} can tell this from what does not exist: {line}", line.number, ACTORS[actor]))
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_answered_as_the_list_says() {
    let faults = Arc::new(Mutex::new(BTreeSet::new()));
    let (reads, writes): (Vec<Line>, Vec<Line>) = lines().into_iter().partition(|line| !line.changes_something());
    let mut tasks = tokio::task::JoinSet::new();
    let rooms = Arc::new(tokio::sync::Semaphore::new(4));
    for demo in [false, true] {
        let scene = Arc::new(Scene::make(demo).await);
        for line in reads.iter().filter(|line| line.demo == demo).cloned() {
            let (scene, rooms, faults) = (scene.clone(), rooms.clone(), faults.clone());
            tasks.spawn(async move {
                let _room = rooms.acquire().await.unwrap();
                let mut answers = Vec::new();
                for actor in 0..ACTORS.len() {
                    answers.push(scene.ask(&line, actor).await);
                }
                compare(&faults, line, answers);
            });
        }
    }
    for line in writes {
        let (rooms, faults) = (rooms.clone(), faults.clone());
        tasks.spawn(async move {
            let _room = rooms.acquire().await.unwrap();
            let answers = answers_of_deed(&line).await;
            compare(&faults, line, answers);
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    let faults: Vec<String> = faults.lock().unwrap().iter().cloned().collect();
    assert!(faults.is_empty(), "who_may.txt says otherwise than Lobby. Lobby says:\n{}\n", faults.join("\n"));
}

/// Those who are refused leave everything as it was, so they share one Lobby; whoever succeeds gets a fresh one.
async fn answers_of_deed(line: &Line) -> Vec<String> {
    let mut shared: Option<Scene> = None;
    let mut answers = Vec::new();
    for actor in 0..ACTORS.len() {
        let scene = match shared.take() {
            Some(scene) => scene,
            None => Scene::make(line.demo).await,
        };
        let answer = scene.ask(line, actor).await;
        if answer != "ok" {
            shared = Some(scene);
        }
        answers.push(answer);
    }
    answers
}

fn compare(faults: &Mutex<BTreeSet<String>>, line: Line, answers: Vec<String>) {
    if line.answers != answers {
        let right = Line { answers, ..line.clone() };
        faults.lock().unwrap().insert(format!("{:>4} {right}", line.number));
    }
}

/// A line for a door that has none: the answers are what Lobby says today, and wait for somebody to judge them.
async fn suggested(door: &Door) -> String {
    let path = door.path.replace("{user}", "{person}").replace("{digest}", "{logo}");
    let line = Line { number: 0, method: door.method.clone(), path, answers: Vec::new(), demo: false, form: None };
    let answers = answers_of_deed(&line).await;
    Line { answers, ..line }.to_string()
}
