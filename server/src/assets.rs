//! The packed browser files, embedded by `build.rs`, and the doors they leave by.

use app::scripts::BrowserFiles;
use axum::{
    Router,
    body::Body,
    extract::Path,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
    routing::get,
};

/// A file as `make site` packed it, in each form that is smaller than the file itself.
struct Asset {
    url: &'static str,
    content_type: &'static str,
    digest: &'static str,
    /// Its name carries a digest of its content, so a browser may keep it for good.
    immutable: bool,
    identity: &'static [u8],
    br: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

/// Sorted by `url`.
static PACKED: &[Asset] = include!(concat!(env!("OUT_DIR"), "/packed.rs"));

/// `GET /pkg/{file}` and each public file at the root, such as `/favicon.svg`.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let public = PACKED.iter().filter(|asset| !asset.immutable);
    let pkg = Router::new().route("/pkg/{file}", get(pkg));
    public.fold(pkg, |router, asset| {
        router.route(asset.url, get(async move |headers: HeaderMap| respond(asset, &headers)))
    })
}

/// Where pages find the islands, the style sheet and the scripts written by hand.
pub fn names() -> BrowserFiles {
    let find = |stem: &str, ending: &str| {
        let named = |asset: &&Asset| asset.url.starts_with(stem) && asset.url.ends_with(ending);
        PACKED.iter().find(named).map(|asset| asset.url.to_owned())
    };
    BrowserFiles {
        script: find("/pkg/client-", ".js"),
        wasm: find("/pkg/client-", ".wasm"),
        style: find("/pkg/style-", ".css"),
        passkeys: find("/pkg/passkeys-", ".js"),
        live: find("/pkg/live-", ".js"),
    }
}

async fn pkg(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let url = format!("/pkg/{file}");
    match PACKED.binary_search_by(|asset| asset.url.cmp(&url)) {
        Ok(at) => respond(&PACKED[at], &headers),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

fn respond(asset: &Asset, request: &HeaderMap) -> Response {
    let (coding, content) = asset.form_for(&joined(request, ACCEPT_ENCODING));
    let etag = match coding {
        Coding::Identity => format!("\"{}\"", asset.digest),
        Coding::Br | Coding::Gzip => format!("\"{}-{}\"", asset.digest, coding.token()),
    };
    let keep = if asset.immutable { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
    let fresh = matches_etag(&joined(request, IF_NONE_MATCH), &etag);

    let mut response =
        if fresh { StatusCode::NOT_MODIFIED.into_response() } else { Response::new(Body::from(content)) };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.extend(HeaderValue::try_from(etag).map(|etag| (ETAG, etag)));
    if !fresh {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
        if coding != Coding::Identity {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.token()));
        }
    }
    response
}

/// The lines of a header as one list (RFC 9110, section 5.3).
fn joined(headers: &HeaderMap, name: HeaderName) -> String {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.collect::<Vec<_>>().join(",")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Br,
    Gzip,
    Identity,
}

impl Coding {
    fn token(self) -> &'static str {
        match self {
            Self::Br => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }
}

impl Asset {
    fn form(&self, coding: Coding) -> Option<&'static [u8]> {
        match coding {
            Coding::Br => self.br,
            Coding::Gzip => self.gzip,
            Coding::Identity => Some(self.identity),
        }
    }

    /// The form the client likes best, of those there are; the smallest, if it likes several equally. A client that
    /// refuses all of them gets the file as it is: better than nothing (RFC 9110, section 12.5.3).
    fn form_for(&self, accept_encoding: &str) -> (Coding, &'static [u8]) {
        let liked = |coding: Coding| Some((weight(accept_encoding, coding)?, coding, self.form(coding)?));
        let offers = [Coding::Identity, Coding::Gzip, Coding::Br].into_iter().filter_map(liked);
        // Of equal ones `max_by_key` takes the last.
        let best = offers.max_by_key(|(weight, ..)| *weight);
        best.map_or((Coding::Identity, self.identity), |(_, coding, content)| (coding, content))
    }
}

/// How much a client wants a coding, in thousandths; none if it does not accept it. A file as it is needs no mention
/// to be accepted, but is then liked least.
fn weight(accept_encoding: &str, coding: Coding) -> Option<u16> {
    let stated = |token: &str| {
        let named = |item: &&str| name(item).eq_ignore_ascii_case(token);
        accept_encoding.split(',').find(named).map(quality)
    };
    let alias = (coding == Coding::Gzip).then_some("x-gzip");
    let unstated = if coding == Coding::Identity { 1 } else { 0 };
    let weight = stated(coding.token()).or_else(|| alias.and_then(stated)).or_else(|| stated("*")).unwrap_or(unstated);
    (weight > 0).then_some(weight)
}

/// The coding of an item such as `gzip;q=0.5`.
fn name(item: &str) -> &str {
    item.split(';').next().unwrap_or_default().trim()
}

/// The `q` of an item in thousandths: 1000 where none is given, 0 where it is no number from 0 to 1.
fn quality(item: &str) -> u16 {
    let parameters = item.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut values =
        parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("q")).map(|(_, value)| value.trim());
    match values.next().map(str::parse::<f32>) {
        None => 1000,
        Some(Ok(value)) if (0.0..=1.0).contains(&value) => (value * 1000.0).round() as u16,
        Some(_) => 0,
    }
}

/// Whether `If-None-Match` names this tag; compared weakly (RFC 9110, section 13.1.2).
fn matches_etag(if_none_match: &str, etag: &str) -> bool {
    if_none_match.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use axum::{body::to_bytes, http::Request};
    use tower::ServiceExt as _;

    use super::*;

    const SCRIPT: Asset = Asset {
        url: "/pkg/client-0123.js",
        content_type: "text/javascript; charset=utf-8",
        digest: "0123",
        immutable: true,
        identity: b"as it is",
        br: Some(b"by brotli"),
        gzip: Some(b"by gzip"),
    };

    const ICON: Asset = Asset { url: "/icon.png", immutable: false, br: None, gzip: None, ..SCRIPT };

    fn chosen(accept_encoding: &str) -> Coding {
        SCRIPT.form_for(accept_encoding).0
    }

    fn request(headers: &[(HeaderName, &'static str)]) -> HeaderMap {
        headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_browser_gets_brotli_an_older_one_gzip_and_a_plain_client_the_file() {
        assert_eq!(chosen("gzip, deflate, br, zstd"), Coding::Br);
        assert_eq!(chosen("gzip, deflate"), Coding::Gzip);
        assert_eq!(chosen("x-gzip"), Coding::Gzip);
        assert_eq!(chosen(""), Coding::Identity);
        assert_eq!(chosen("identity"), Coding::Identity);
    }

    #[test]
    fn the_weights_of_the_client_decide() {
        assert_eq!(chosen("br;q=0.5, gzip"), Coding::Gzip);
        assert_eq!(chosen("BR ; Q=0.8 , gzip;q=0.8"), Coding::Br);
        assert_eq!(chosen("br;q=0, *"), Coding::Gzip);
        assert_eq!(chosen("*"), Coding::Br);
        assert_eq!(chosen("gzip;q=0.1, identity;q=0.9"), Coding::Identity);
        assert_eq!(chosen("gzip;q=0.001"), Coding::Gzip);
        assert_eq!(chosen("br;q=0, gzip;q=0"), Coding::Identity);
    }

    #[test]
    fn a_list_that_makes_no_sense_gets_the_file() {
        for list in ["br;q=high", "br;q=2, gzip;q=-1", "brotli", ";q=1", ",,,", "*;q=0", "identity;q=0", "br;q=NaN"] {
            assert_eq!(chosen(list), Coding::Identity, "{list}");
        }
    }

    #[test]
    fn a_file_that_has_no_compressed_form_is_sent_as_it_is() {
        assert_eq!(ICON.form_for("br, gzip"), (Coding::Identity, ICON.identity));
        assert_eq!(ICON.form_for("br, identity;q=0"), (Coding::Identity, ICON.identity));
    }

    #[tokio::test]
    async fn a_hashed_file_is_kept_for_good_and_says_how_it_is_compressed() {
        static ASSET: Asset = SCRIPT;
        let response = respond(&ASSET, &request(&[(ACCEPT_ENCODING, "gzip, br")]));
        let headers = response.headers();
        assert_eq!(headers[CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(headers[CONTENT_TYPE], "text/javascript; charset=utf-8");
        assert_eq!(headers[CONTENT_ENCODING], "br");
        assert_eq!(headers[VARY], "accept-encoding");
        assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[ETAG], "\"0123-br\"");
        assert_eq!(to_bytes(response.into_body(), 100).await.unwrap(), "by brotli");
    }

    #[test]
    fn a_public_file_is_asked_for_again_and_sent_only_if_it_changed() {
        let kept = respond(&ICON, &request(&[(IF_NONE_MATCH, "\"0124\", W/\"0123\"")]));
        assert_eq!(kept.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(kept.headers()[CACHE_CONTROL], "public, max-age=3600");
        assert!(!kept.headers().contains_key(CONTENT_TYPE));

        let changed = respond(&ICON, &request(&[(IF_NONE_MATCH, "\"0124\"")]));
        assert_eq!(changed.status(), StatusCode::OK);
    }

    #[test]
    fn each_form_has_a_tag_of_its_own() {
        let tag = |list| respond(&SCRIPT, &request(&[(ACCEPT_ENCODING, list)])).headers()[ETAG].clone();
        assert_ne!(tag("br"), tag("gzip"));
        assert_ne!(tag("gzip"), tag("identity"));
    }

    #[test]
    fn the_table_is_sorted_so_that_a_name_is_found() {
        assert!(PACKED.is_sorted_by_key(|asset| asset.url));
    }

    #[tokio::test]
    async fn every_packed_file_is_at_its_address_and_nothing_else_is() {
        let get = async |url: &str| {
            let request = Request::get(url).body(Body::empty()).unwrap();
            routes::<()>().oneshot(request).await.unwrap()
        };
        for asset in PACKED {
            let response = get(asset.url).await;
            assert_eq!(response.status(), StatusCode::OK, "{}", asset.url);
            assert_eq!(to_bytes(response.into_body(), usize::MAX).await.unwrap(), asset.identity);
        }
        for url in ["/pkg/client.wasm", "/pkg/client.wasm.gz", "/pkg/..%2Ffavicon.svg", "/manifest.json"] {
            assert_eq!(get(url).await.status(), StatusCode::NOT_FOUND, "{url}");
        }
    }

    #[test]
    fn pages_are_given_addresses_that_are_served() {
        let files = names();
        for url in [files.script, files.wasm, files.style, files.passkeys, files.live].into_iter().flatten() {
            assert!(PACKED.iter().any(|asset| asset.url == url && asset.immutable), "{url}");
        }
    }
}
