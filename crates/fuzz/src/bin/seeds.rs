//! `seeds OUT FILE…`: writes the inputs that capture files give to `OUT/<target>/`.

#![forbid(unsafe_code)]

use smbreplay_fuzz::{TARGETS, seeds};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let out = arguments.next().unwrap_or_default();
    for path in arguments {
        let capture = std::fs::read(path)?;
        for target in &TARGETS {
            let folder = out.join(target.name);
            std::fs::create_dir_all(&folder)?;
            for seed in seeds::of_capture(target, &capture) {
                let mut hasher = DefaultHasher::new();
                seed.hash(&mut hasher);
                std::fs::write(folder.join(format!("{:016x}", hasher.finish())), seed)?;
            }
        }
    }
    Ok(())
}
