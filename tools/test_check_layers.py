"""Tests of tools/check-layers: `python3 -m unittest tools/test_check_layers.py`."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = [".", "local-aws", "soak", "bench"]


class CheckLayers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def check(self):
        """The exit status and the output of a check of the copy."""
        command = [sys.executable, ROOT / "tools/check-layers", self.root]
        done = subprocess.run(command, stdout=subprocess.PIPE, universal_newlines=True)
        return done.returncode, done.stdout

    def package(self, place, files):
        """Writes a package; `lib.rs` declares what no other file does."""
        source = self.root / place / "src"
        source.mkdir(parents=True, exist_ok=True)
        (self.root / place / "Cargo.toml").write_text('[package]\nname = "p"\n')
        for name, text in files.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text(text)

    def packages(self, files, place="local-aws"):
        for other in PACKAGES:
            self.package(other, {"lib.rs": ""})
        self.package(place, files)

    def assert_green(self, files, place="local-aws"):
        self.packages(files, place)
        self.assertEqual(self.check(), (0, ""))

    def assert_red(self, files, *texts, place="local-aws"):
        self.packages(files, place)
        status, output = self.check()
        self.assertEqual(status, 1, output)
        for text in texts:
            self.assertIn(text, output)

    def copy(self):
        for package in PACKAGES:
            shutil.copytree(ROOT / package / "src", self.root / package / "src")
            shutil.copy(ROOT / package / "Cargo.toml", self.root / package / "Cargo.toml")

    def append(self, file, text):
        path = self.root / file
        path.write_text(path.read_text() + text)

    def test_a_circle_of_files(self):
        files = {"lib.rs": "mod a; mod b;", "a.rs": "use crate::b::B; pub struct A;"}
        self.assert_green({**files, "b.rs": "pub struct B;"})
        for back in ["use crate::a::A;", "use super::a;", "fn f(_: crate::a::A) {}"]:
            self.assert_red({**files, "b.rs": back + " pub struct B;"}, "a circle of files", "b.rs")

    def test_a_circle_through_a_re_export(self):
        files = {"lib.rs": "mod a; mod b; pub use a::A;", "a.rs": "use crate::b::B; pub struct A;"}
        self.assert_red({**files, "b.rs": "use crate::A; pub struct B;"}, "a.rs", "b.rs")
        glob = {**files, "lib.rs": "mod a; mod b; pub use a::*;"}
        self.assert_red({**glob, "b.rs": "use crate::A; pub struct B;"}, "a.rs", "b.rs")

    def test_a_parent_may_declare_and_re_export_but_not_use_a_child_that_uses_it(self):
        child = {"lib.rs": "mod a;", "a/b.rs": "use super::A; pub struct B(A);"}
        self.assert_green({**child, "a.rs": "mod b; pub use b::B; pub struct A;"})
        self.assert_red({**child, "a.rs": "mod b; use b::B; pub struct A; fn f(_: B) {}"}, "a.rs")
        self.assert_red({**child, "a.rs": "mod b; pub use b::B; pub struct A; fn f(_: B) {}"}, "a.rs")
        self.assert_red({**child, "a.rs": "mod b; pub struct A; fn f() { b::g() }"}, "a.rs")

    def test_tests_comments_and_strings_do_not_count(self):
        text = """
            //! use crate::a::A;
            /* use crate::a::A; */
            pub struct B;
            const C: &str = "*/* use crate::a::A; {";
            const D: &str = r#"use crate::a::A; ""#;
            fn f<'a>(_: &'a str) -> char { '"' }
            #[cfg(test)]
            mod tests { use crate::a::A; }
            #[cfg(test)]
            mod more;
        """
        files = {"lib.rs": "mod a; mod b;", "a.rs": "use crate::b::B; pub struct A;", "b.rs": text}
        self.assert_green(files)

    def test_an_import_to_the_right(self):
        files = {"lib.rs": "mod trigger; mod request;", "request.rs": "pub struct R;"}
        self.assert_green({**files, "trigger.rs": ""}, place=".")
        back = {**files, "trigger.rs": "use crate::request::R;"}
        self.assert_red(back, "further to the right", "trigger.rs", place=".")

    def test_a_module_without_a_place(self):
        self.assert_red({"lib.rs": "mod helpers;", "helpers.rs": ""}, "no place in ORDER", place=".")

    def test_this_repository_with_an_import_turned_round(self):
        for file, text, found in [
            ("local-aws/src/clock.rs", "use crate::LocalAws;", "a circle of files"),
            ("soak/src/ids.rs", "fn f(_: crate::load::Load) {}", "a circle of files"),
            ("bench/src/stats.rs", "use crate::report::run;", "a circle of files"),
            ("src/json.rs", "use crate::handler::Handler;", "further to the right"),
        ]:
            with self.subTest(file):
                shutil.rmtree(self.root)
                self.root.mkdir()
                self.copy()
                before = self.check()[1]
                self.append(file, text)
                after = self.check()[1]
                new = set(after.splitlines()) - set(before.splitlines())
                self.assertTrue(any(Path(file).name in line for line in new), after)
                self.assertIn(found, after)


if __name__ == "__main__":
    unittest.main()
