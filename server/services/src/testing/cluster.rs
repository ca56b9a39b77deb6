//! PostgreSQL for one test process: a cluster of its own that ends with it, or the server that
//! `LOBBY_TEST_POSTGRES` names; and a fresh database for each test.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use store::Store;

/// Names a server on which databases may be made: `postgres://user:password@host/postgres`.
const SERVER: &str = "LOBBY_TEST_POSTGRES";

const CURE: &str = "No PostgreSQL to test with. Install it (Debian: apt-get install postgresql) or name a server on which \
    databases may be made: LOBBY_TEST_POSTGRES=postgres://user:password@host/postgres";

/// Makes a cluster, says where its socket is, and takes everything away again when its input ends: that is when the
/// test process ends, in whatever way. PostgreSQL refuses to run as root, so there it runs as its own user. The locale
/// sorts as German dictionaries do: a sorted column without COLLATE "binary" fails on it.
const SCRIPT: &str = r#"
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin /usr/local/pgsql/bin 2>/dev/null | sort -V | tail -n 1)
[ -x "$bin/initdb" ] || exit 0
folder=$(mktemp -d /tmp/lobby-postgres.XXXXXX)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
as=
if [ "$(id -u)" = 0 ]; then
    chown postgres "$folder"
    as='setpriv --reuid postgres --regid postgres --init-groups'
fi
export LC_ALL=C.UTF-8
$as "$bin/initdb" --pgdata="$folder/data" --username=lobby --auth=trust --encoding=UTF8 --no-sync \
    --locale-provider=icu --icu-locale=de-DE >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
$as "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=300 \
    -c fsync=off -c full_page_writes=off -c synchronous_commit=off >>"$folder/log" 2>&1 </dev/null &
server=$!
trap 'kill -QUIT $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$folder"' EXIT
until "$bin/pg_isready" --quiet --host="$folder"; do
    kill -0 $server 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
    sleep 0.05
done
echo "$folder"
cat >/dev/null
"#;

struct Cluster {
    server: String,
    /// The script that runs it: the end of its input is the end of the cluster.
    own: Option<Child>,
}

/// Drops the database when its test is over.
pub struct Database {
    name: String,
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| match std::env::var(SERVER) {
        Ok(server) => Cluster { server, own: None },
        Err(_) => start(),
    })
}

fn start() -> Cluster {
    let mut script = Command::new("sh");
    script.args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut script = script.spawn().expect(CURE);
    let mut folder = String::new();
    BufReader::new(script.stdout.take().expect(CURE)).read_line(&mut folder).expect(CURE);
    let folder = folder.trim();
    assert!(!folder.is_empty(), "{CURE}");
    Cluster { server: format!("postgres://lobby@localhost/postgres?host={folder}"), own: Some(script) }
}

/// The address of a database without rows.
pub async fn database() -> (String, Database) {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let name = format!("lobby_test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::SeqCst));
    let template = template().await;
    let url = store::testing::make_database(&cluster().server, &name, template).await.expect("a database can be made");
    (url, Database { name })
}

/// A database with all tables, to copy: migrating takes longer than most tests. On a cluster of our own only, where
/// nothing stays behind.
async fn template() -> Option<&'static str> {
    const NAME: &str = "lobby_template";
    static MADE: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();
    let Cluster { server, own } = cluster();
    own.as_ref()?;
    let make = || async {
        let url = store::testing::make_database(server, NAME, None).await.expect("a database can be made");
        let store = Store::open(&url).await.expect("the template opens");
        store.migrate().await.expect("the migrations run");
        store.close().await;
    };
    MADE.get_or_init(make).await;
    Some(NAME)
}

impl Drop for Database {
    fn drop(&mut self) {
        let name = std::mem::take(&mut self.name);
        // A thread of its own: the test's runtime may be the one that runs this.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map(|runtime| runtime.block_on(store::testing::drop_database(&cluster().server, &name)))
        });
        let _ = dropped.join();
    }
}
