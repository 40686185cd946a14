//! The links of the documentation.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use support::folder;

/// Returns the paths of all pages.
fn pages() -> Vec<PathBuf> {
    let folders = ["", "docs", "events"].map(folder);
    let files = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok());
    let files = files.flatten().flatten().map(|file| file.path());
    files.filter(|file| file.extension().is_some_and(|end| end == "md")).collect()
}

fn read(page: &Path) -> String {
    std::fs::read_to_string(page).expect("the page is there")
}

/// Returns the targets of a page's links, except those in code blocks.
fn links(text: &str) -> Vec<&str> {
    let prose = text.split("\n```").step_by(2);
    let links = prose.flat_map(|part| part.split("](").skip(1));
    links.filter_map(|rest| rest.split(')').next()).collect()
}

/// Returns the anchors of a page's headings, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = heading.chars().filter(|char| char.is_alphanumeric() || " -_".contains(*char));
        kept.collect::<String>().replace(' ', "-")
    };
    headings.map(anchor).collect()
}

/// Returns page and link if the link has no target.
fn broken(page: &Path, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target =
        if file.is_empty() { page.to_owned() } else { page.parent().expect("a folder").join(file) };
    let is_there = target.exists();
    let has_anchor = anchor.is_empty() || (is_there && anchors(&read(&target)).contains(anchor));
    (!is_there || !has_anchor).then(|| format!("{}: {link}", page.display()))
}

#[test]
fn every_link_has_a_target() {
    let pages = pages();
    assert!(pages.len() > 8, "{pages:?}");
    let broken: Vec<String> = pages
        .iter()
        .flat_map(|page| {
            let text = read(page);
            let links: Vec<_> = links(&text).into_iter().map(str::to_owned).collect();
            links.into_iter().filter_map(|link| broken(page, &link))
        })
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn broken_links_are_found() {
    let page = folder("README.md");
    for (link, is_broken) in [
        ("docs/errors.md", false),
        ("docs/nowhere.md", true),
        ("docs/errors.md#validationexception", false),
        ("docs/errors.md#nowhere", true),
        ("#nowhere", true),
        ("https://example.com/#x", false),
    ] {
        assert_eq!(broken(&page, link).is_some(), is_broken, "{link}");
    }
}
