//! The cutter: turns closed journal files into segments beside intake.
//!
//! A closed file never changes, so one thread cuts while another keeps. Promises: files are cut
//! oldest first; a file is given back to be retired only after all its objects are durable; whoever
//! drops the cutter waits for it, so that nobody opens the site while it still writes.
//!
//! Rules: DESIGN decision 16.
use crate::error::CustodyError;
use lacre_store::Engine;
use lacre_vault::{JournalFile, segment};
use std::thread::JoinHandle;

type Cut = Result<Vec<JournalFile>, CustodyError>;

#[derive(Default)]
pub(super) struct Cutter {
    under_way: Option<JoinHandle<Cut>>,
}

impl Cutter {
    /// Cuts `files` here and now.
    pub(super) fn cut(engine: &Engine, files: Vec<JournalFile>) -> Cut {
        for file in &files {
            segment::cut(engine.journal.as_ref(), file, engine.objects.as_ref())?;
        }
        Ok(files)
    }

    /// Begins to cut `files`. What was under way must have been taken back before.
    pub(super) fn begin(
        &mut self,
        engine: &Engine,
        files: Vec<JournalFile>,
    ) -> Result<(), CustodyError> {
        let engine = engine.clone();
        let work = std::thread::Builder::new().name("cutter".into());
        let begun = work.spawn(move || Self::cut(&engine, files)).map_err(|error| {
            CustodyError::Broken(format!("no thread to cut segments with: {error}"))
        })?;
        self.under_way = Some(begun);
        Ok(())
    }

    /// True while a cut goes on.
    pub(super) fn is_busy(&self) -> bool {
        self.under_way.as_ref().is_some_and(|cut| !cut.is_finished())
    }

    /// The files cut and not taken back yet; waits for them.
    pub(super) fn wait(&mut self) -> Cut {
        match self.under_way.take() {
            None => Ok(Vec::new()),
            Some(cut) => cut
                .join()
                .map_err(|_| CustodyError::Broken("cutting segments ended early".into()))?,
        }
    }
}

impl Drop for Cutter {
    fn drop(&mut self) {
        // Its files are not retired: they are cut again, to the same objects, at the next opening.
        let _cut_again = self.wait();
    }
}
