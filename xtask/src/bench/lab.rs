//! The server, and contenders that are set at it.

use super::build::{self, Built};
use super::contender::Contender;
use super::options::Effort;
use crate::catalog::Result;
use crate::server::Server;
use crate::workspace::Workspace;
use serde::Deserialize;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// What is sent up and down where it is much.
pub const LARGE: usize = 50_000_000;

/// Where Debian keeps the certificates that a system trusts.
const SYSTEM_BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";

#[derive(Clone, Copy)]
pub enum Who {
    Ours,
    Curl,
    SystemCurl,
    Raw,
}

impl Who {
    /// In the figures.
    pub fn name(self) -> &'static str {
        match self {
            Who::Ours => "ours",
            Who::Curl => "curl",
            Who::SystemCurl => "system",
            Who::Raw => "raw",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// avd.room.read, a GET.
    Read,
    /// youme.query_room_info, a POST.
    Query,
    Upload,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    Plain,
    /// TLS, with the certificate of the one authority that is needed.
    OneCa,
    /// TLS, with all that the system trusts besides.
    Bundle,
}

/// What is called, and how.
#[derive(Clone)]
pub struct Scene {
    pub work: Work,
    pub trust: Trust,
    /// The first segment of the path (sandbox/examples/answerer/wish.rs).
    pub wish: Option<String>,
    /// Further arguments of the driver.
    pub more: Vec<String>,
}

impl Scene {
    pub fn new(work: Work, trust: Trust) -> Scene {
        Scene { work, trust, wish: None, more: Vec::new() }
    }

    pub fn wishing(mut self, wish: impl Into<String>) -> Scene {
        self.wish = Some(wish.into());
        self
    }

    pub fn with(mut self, argument: &str) -> Scene {
        self.more.push(argument.to_owned());
        self
    }
}

/// The first line of the server.
#[derive(Deserialize)]
pub struct Target {
    pub base_url: String,
    pub tls_url: String,
    ca_pem: String,
    pub token: String,
    pub room_id: String,
    youme: Youme,
}

#[derive(Deserialize)]
struct Youme {
    app_key: String,
    app_secret: String,
    rest_api_key: String,
}

pub struct Lab {
    pub built: Built,
    pub effort: Effort,
    target: Target,
    folder: PathBuf,
    server: Server,
}

impl Lab {
    pub fn open(workspace: &Workspace, built: Built, effort: Effort) -> Result<Lab> {
        let (server, target) = serve(&built.server)?;
        let folder = build::folder(workspace).join("files");
        fs::create_dir_all(&folder)?;
        let lab = Lab { built, effort, target, folder, server };
        fs::write(lab.file("ca.pem"), &lab.target.ca_pem)?;
        fs::write(lab.file("clip.mp4"), vec![b'm'; LARGE])?;
        if let Ok(bundle) = fs::read_to_string(SYSTEM_BUNDLE) {
            fs::write(lab.file("bundle.pem"), bundle + &lab.target.ca_pem)?;
        }
        Ok(lab)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn server_id(&self) -> u32 {
        self.server.process_id()
    }

    pub fn start(&self, who: Who, scene: &Scene) -> Result<Contender> {
        Contender::start(&mut self.command(who, scene)?)
    }

    /// A contender that counts its allocations.
    pub fn start_counting(&self, who: Who, scene: &Scene) -> Result<Contender> {
        let counter = self.built.malloc_counter.as_ref().map_err(String::as_str)?;
        Contender::start(self.command(who, scene)?.env("LD_PRELOAD", counter))
    }

    pub fn command(&self, who: Who, scene: &Scene) -> Result<Command> {
        let program = match who {
            Who::Ours => &self.built.ours,
            Who::Raw => &self.built.raw,
            Who::Curl => self.built.curl.as_ref().map_err(String::as_str)?,
            Who::SystemCurl => self.built.system_curl.as_ref().map_err(String::as_str)?,
        };
        let mut command = Command::new(program);
        let target = &self.target;
        let base = if scene.trust == Trust::Plain { &target.base_url } else { &target.tls_url };
        let url = scene.wish.as_ref().map_or_else(|| base.clone(), |wish| format!("{base}/{wish}"));
        let work = match scene.work {
            Work::Read => "read",
            Work::Query => "query",
            Work::Upload => "upload",
        };
        for (name, value) in [
            ("server", self.server.process_id().to_string().as_str()),
            ("work", work),
            ("url", &url),
            ("token", &target.token),
            ("room", &target.room_id),
            ("app_key", &target.youme.app_key),
            ("app_secret", &target.youme.app_secret),
            ("rest_api_key", &target.youme.rest_api_key),
            ("file", &self.file("clip.mp4").to_string_lossy()),
        ] {
            command.arg(format!("{name}={value}"));
        }
        let trusted = match scene.trust {
            Trust::Plain => None,
            Trust::OneCa => Some(self.file("ca.pem")),
            Trust::Bundle => Some(self.file("bundle.pem")),
        };
        if let Some(file) = trusted {
            if !file.is_file() {
                return Err(format!("{SYSTEM_BUNDLE} is not there").into());
            }
            command.arg(format!("ca={}", file.display()));
        }
        command.args(&scene.more);
        Ok(command)
    }
}

/// Starts the server of the bench.
pub fn serve(program: &PathBuf) -> Result<(Server, Target)> {
    let server = Server::start(&mut Command::new(program))?;
    let target = serde_json::from_str(&server.first_line)?;
    Ok((server, target))
}
