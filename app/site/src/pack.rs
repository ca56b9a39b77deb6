//! The folder that the server embeds: names, compressed forms, and the rule that nothing old survives in it.

use std::{
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hasher},
    io::Write as _,
    path::Path,
};

use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};
use serde_json::json;

/// Files by their path below the folder. Those in `pkg/` carry a digest of their content in their names, so a name never
/// gets a second content and a browser may keep it for good; those in `public/` have the names they were given.
#[derive(Default)]
pub struct Pack {
    files: BTreeMap<String, Forms>,
}

/// A file and what it is on the way to a browser that can open it.
struct Forms {
    identity: Vec<u8>,
    brotli: Option<Vec<u8>>,
    gzip: Option<Vec<u8>>,
}

impl Pack {
    /// Adds a file under a name made from its content, and returns that name.
    pub fn hashed(&mut self, stem: &str, extension: &str, content: Vec<u8>) -> String {
        let name = format!("{stem}-{}.{extension}", digest(&content));
        self.files.insert(format!("pkg/{name}"), Forms::of(content));
        name
    }

    pub fn as_it_is(&mut self, name: String, content: Vec<u8>) {
        self.files.insert(format!("public/{name}"), Forms::of(content));
    }

    /// One line for each file: its size as it is, by brotli and by gzip.
    pub fn listing(&self) -> String {
        let size = |form: &Option<Vec<u8>>| form.as_ref().map_or_else(|| "-".to_owned(), |form| form.len().to_string());
        let line = |(name, forms): (&String, &Forms)| {
            let (brotli, gzip) = (size(&forms.brotli), size(&forms.gzip));
            format!("{name:<40} {:>9} {brotli:>9} br {gzip:>9} gz", forms.identity.len())
        };
        self.files.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// Makes `folder` hold this and nothing else; false, and not a byte touched, if it does so already. The folder
    /// appears whole: a build that is interrupted leaves the old one or none.
    pub fn write(&self, folder: &Path) -> Result<bool> {
        let manifest = self.manifest()?;
        let mut wanted = self.laid_out();
        wanted.insert("manifest.json".to_owned(), &manifest);
        if is_there(&wanted, folder) {
            return Ok(false);
        }
        let fresh = folder.with_extension("new");
        remove(&fresh)?;
        for (name, content) in &wanted {
            let path = fresh.join(name);
            let parent = path.parent().context("a file outside of every folder")?;
            fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
            fs::write(&path, content).with_context(|| format!("writing {}", path.display()))?;
        }
        remove(folder)?;
        fs::rename(&fresh, folder).with_context(|| format!("renaming {} to {}", fresh.display(), folder.display()))?;
        Ok(true)
    }

    fn laid_out(&self) -> BTreeMap<String, &[u8]> {
        let mut all = BTreeMap::new();
        for (name, forms) in &self.files {
            all.insert(name.clone(), forms.identity.as_slice());
            all.extend(forms.brotli.as_deref().map(|form| (format!("{name}.br"), form)));
            all.extend(forms.gzip.as_deref().map(|form| (format!("{name}.gz"), form)));
        }
        all
    }

    fn manifest(&self) -> Result<Vec<u8>> {
        let entry = |(name, forms): (&String, &Forms)| {
            (name.clone(), json!({ "bytes": forms.identity.len(), "digest": digest(&forms.identity) }))
        };
        Ok(serde_json::to_vec_pretty(&self.files.iter().map(entry).collect::<serde_json::Map<_, _>>())?)
    }
}

impl Forms {
    fn of(identity: Vec<u8>) -> Self {
        Self { brotli: brotli(&identity), gzip: gzip(&identity), identity }
    }
}

/// Brotli at its best, unless that makes the file no smaller.
fn brotli(content: &[u8]) -> Option<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut form = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut form, &parameters).ok()?;
    (form.len() < content.len()).then_some(form)
}

/// Gzip at its best, unless that makes the file no smaller.
fn gzip(content: &[u8]) -> Option<Vec<u8>> {
    let mut form = GzEncoder::new(Vec::new(), Compression::best());
    form.write_all(content).ok()?;
    form.finish().ok().filter(|form| form.len() < content.len())
}

/// Tells contents apart; it proves nothing about who made them.
fn digest(content: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(content);
    format!("{:016x}", hasher.finish())
}

/// Whether the folder holds these files, byte by byte, and no other.
fn is_there(wanted: &BTreeMap<String, &[u8]>, folder: &Path) -> bool {
    let Ok(found) = crate::files(folder) else { return false };
    found.len() == wanted.len()
        && found.iter().all(|(name, path)| fs::read(path).ok().as_deref() == wanted.get(name).copied())
}

fn remove(folder: &Path) -> Result<()> {
    match folder.exists() {
        true => fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display())),
        false => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn pack(script: &str) -> Pack {
        let mut pack = Pack::default();
        pack.hashed("client", "js", script.repeat(50).into_bytes());
        pack.as_it_is("icon.png".to_owned(), vec![1, 2, 3]);
        pack
    }

    fn names(folder: &Path) -> Vec<String> {
        crate::files(folder).unwrap().into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn every_compressed_form_opens_to_its_own_file() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("site");
        let mut pack = Pack::default();
        let content = b"let island = 1;".repeat(99);
        let name = format!("pkg/{}", pack.hashed("client", "js", content.clone()));

        pack.write(&folder).unwrap();

        let (mut from_brotli, mut from_gzip) = (Vec::new(), Vec::new());
        let form = fs::read(folder.join(format!("{name}.br"))).unwrap();
        brotli::BrotliDecompress(&mut &form[..], &mut from_brotli).unwrap();
        let form = fs::read(folder.join(format!("{name}.gz"))).unwrap();
        flate2::read::GzDecoder::new(&form[..]).read_to_end(&mut from_gzip).unwrap();
        assert_eq!(fs::read(folder.join(&name)).unwrap(), content);
        assert_eq!(from_brotli, content);
        assert_eq!(from_gzip, content);
    }

    #[test]
    fn a_new_build_leaves_nothing_of_the_old_one() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("site");
        pack("old").write(&folder).unwrap();
        let before = names(&folder);
        fs::write(folder.join("pkg/client.wasm.gz"), "a leftover").unwrap();

        assert!(pack("new").write(&folder).unwrap());

        let after = names(&folder);
        assert_eq!(
            before.iter().filter(|name| after.contains(name)).collect::<Vec<_>>(),
            ["manifest.json", "public/icon.png"]
        );
        assert!(!after.contains(&"pkg/client.wasm.gz".to_owned()));
    }

    #[test]
    fn the_same_files_are_not_written_twice_but_a_damaged_one_is_mended() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("site");
        assert!(pack("same").write(&folder).unwrap());
        assert!(!pack("same").write(&folder).unwrap());

        let gzip = names(&folder).into_iter().find(|name| name.ends_with(".js.gz")).unwrap();
        fs::write(folder.join(&gzip), "of another build").unwrap();

        assert!(pack("same").write(&folder).unwrap());
        assert_ne!(fs::read(folder.join(&gzip)).unwrap(), b"of another build");
    }

    #[test]
    fn a_name_follows_the_content() {
        let mut pack = Pack::default();
        let one = pack.hashed("style", "css", b"a{}".to_vec());
        let other = pack.hashed("style", "css", b"b{}".to_vec());
        assert_ne!(one, other);
        assert_eq!(one, Pack::default().hashed("style", "css", b"a{}".to_vec()));
    }

    #[test]
    fn what_compression_would_make_larger_stays_as_it_is() {
        assert_eq!(brotli(&[1, 2, 3]), None);
        assert_eq!(gzip(&[1, 2, 3]), None);
    }
}
