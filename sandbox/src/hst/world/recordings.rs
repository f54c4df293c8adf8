//! All recording tasks, and the files that they left.

use super::news::{Happening, News};
use super::recording::{Plan, State, Task};
use crate::files::Files;

#[derive(Default)]
pub(crate) struct Recordings {
    /// Oldest first.
    tasks: Vec<Task>,
    pub(crate) files: Files,
    /// What has become of tasks and has not been told yet, with the application's id; oldest first.
    pub(super) untold: Vec<(String, News)>,
}

impl Recordings {
    pub(crate) fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// A task of this application.
    pub(crate) fn find(&self, app_id: &str, id: &str) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == id && task.plan.app_id == app_id)
    }

    pub(crate) fn begin(&mut self, id: String, plan: Plan, now_ms: i64) {
        let task = Task::new(id, plan, now_ms);
        self.untold.push(news_of(&task, State::Initialised));
        self.tasks.push(task);
    }

    /// Puts a task into a state. With the last one, its files are there.
    pub(crate) fn enter(&mut self, id: &str, state: State, at_ms: i64) {
        let Some(task) = self.tasks.iter_mut().find(|task| task.id == id) else {
            return;
        };
        task.enter(state, at_ms);
        self.untold.push(news_of(task, state));
        if state == State::Done {
            for (path, duration_ms) in task.parts() {
                self.files.put_made(&path, task.plan.format, duration_ms);
                task.files.push(path);
            }
        }
    }

    /// What was there before is no news.
    pub(crate) fn tell_from_here_on(&mut self) {
        self.untold.clear();
    }

    /// Lets happen what was due, one after the other.
    pub(crate) fn settle(&mut self, now_ms: i64) {
        loop {
            let due = self.tasks.iter().find_map(|task| {
                let (state, at_ms) = task.due()?;
                (at_ms <= now_ms).then(|| (task.id.clone(), state, at_ms))
            });
            let Some((id, state, at_ms)) = due else { return };
            self.enter(&id, state, at_ms);
        }
    }

    pub(crate) fn delete_files(&mut self, id: &str) {
        for task in self.tasks.iter_mut().filter(|task| task.id == id) {
            task.files.drain(..).for_each(|path| self.files.remove(&path));
        }
    }

    pub(crate) fn delete_task(&mut self, id: &str) {
        self.tasks.retain(|task| task.id != id);
    }
}

/// The pages do not say what is in `record_msg`, but that it is JSON.
fn news_of(task: &Task, state: State) -> (String, News) {
    let happening = Happening::RecordingChanged {
        group_id: task.plan.group_id.clone(),
        record_id: task.id.clone(),
        status: state.number(),
        message: "{}".to_owned(),
    };
    (task.plan.app_id.clone(), News { version: None, happening })
}
