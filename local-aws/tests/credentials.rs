//! With the real Connect, the function is given the shell's own credentials.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// A home directory with these files in `.aws`; gone when dropped.
struct Home(PathBuf);

impl Home {
    fn with(name: &str, files: &[(&str, &str)]) -> io::Result<Self> {
        let home = std::env::temp_dir().join(format!("local-aws-{name}-{}", std::process::id()));
        fs::create_dir_all(home.join(".aws"))?;
        for (file, text) in files {
            fs::write(home.join(".aws").join(file), text)?;
        }
        Ok(Self(home))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// What a function wrote that tells of its environment.
fn told(home: &Home, shell: &[(&str, &str)]) -> io::Result<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO_BIN_EXE_local-aws"))
        .args(["invoke", "--connect", "aws", "--timeout", "2", "--function"])
        .arg(root.join("tests/functions/environment.sh"))
        .arg(root.join("../events/scheduler.json"))
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", &home.0)
        .envs(shell.iter().copied())
        .output()?;
    Ok(String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn the_keys_of_a_profile_are_handed_over() -> io::Result<()> {
    let keys = "[default]\naws_access_key_id = KEY\naws_secret_access_key = SECRET\n";
    let region = "[default]\nregion = eu-west-2\n";
    let home = Home::with("keys", &[("credentials", keys), ("config", region)])?;
    let told = told(&home, &[])?;
    for line in ["AWS_ACCESS_KEY_ID=KEY", "AWS_SECRET_ACCESS_KEY=SECRET", "AWS_REGION=eu-west-2"] {
        assert!(told.contains(line), "{line}: {told}");
    }
    assert!(!told.contains("AWS_CONTAINER"), "{told}");
    Ok(())
}

#[test]
fn credentials_that_end_are_served_to_who_has_the_token() -> io::Result<()> {
    let process = "[profile dev]\nregion = eu-west-2\ncredential_process = \
        printf '{\"Version\":1,\"AccessKeyId\":\"KEY\",\"SecretAccessKey\":\"SECRET\",\
        \"SessionToken\":\"TOKEN\",\"Expiration\":\"2099-01-01T00:00:00Z\"}'\n";
    let home = Home::with("process", &[("config", process)])?;
    let told = told(&home, &[("AWS_PROFILE", "dev")])?;
    assert!(told.contains("AWS_REGION=eu-west-2"), "{told}");
    assert!(!told.contains("AWS_ACCESS_KEY_ID="), "{told}");
    let served = told.matches(r#""AccessKeyId":"KEY""#).count();
    assert!(served > 0, "{told}");
    for part in [r#""Token":"TOKEN""#, "2099-01-01T00:00:00Z", "403 Forbidden"] {
        assert_eq!(told.matches(part).count(), served, "{part}: {told}");
    }
    Ok(())
}

#[test]
fn the_shells_own_credentials_come_before_a_profile() -> io::Result<()> {
    let keys = "[default]\naws_access_key_id = KEY\naws_secret_access_key = SECRET\n";
    let home = Home::with("shell", &[("credentials", keys)])?;
    let shell = [
        ("AWS_ACCESS_KEY_ID", "SHELL"),
        ("AWS_SECRET_ACCESS_KEY", "SHELLS"),
        ("AWS_REGION", "us-east-1"),
    ];
    let told = told(&home, &shell)?;
    assert!(told.contains("AWS_ACCESS_KEY_ID=SHELL"), "{told}");
    assert!(told.contains("AWS_REGION=us-east-1"), "{told}");
    Ok(())
}

#[test]
fn a_shell_without_credentials_is_told_so() -> io::Result<()> {
    let home = Home::with("none", &[])?;
    let told = told(&home, &[("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_REGION", "us-east-1")])?;
    assert!(told.contains("no AWS credentials"), "{told}");
    Ok(())
}
