//! Bodies that are larger than memory should be: each in a file of its own, gone with its handle.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio_util::io::ReaderStream;

/// A folder of this process alone, gone at its end. A crash leaves it: put it where a reboot empties it.
#[derive(Debug)]
pub struct Spools {
    folder: PathBuf,
}

impl Spools {
    /// A new folder within `parent`, such as the system's for temporary files, which nobody else may look into.
    ///
    /// # Errors
    /// It cannot be made, or is there already.
    pub fn within(parent: &Path, name: &str) -> io::Result<Self> {
        let folder = parent.join(format!("{name}-{}-{}", std::process::id(), next_number()));
        DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self { folder })
    }

    /// Where the folder is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// An empty file.
    ///
    /// # Errors
    /// The disk's.
    pub async fn open(&self) -> io::Result<Spool> {
        let name = Name(self.folder.join(next_number().to_string()));
        let mut file = OpenOptions::new().write(true).create_new(true).open(&name.0).await?;
        file.set_max_buf_size(PIECE);
        Ok(Spool { name, file, bytes: 0 })
    }
}

impl Drop for Spools {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn next_number() -> u64 {
    static NUMBERS: AtomicU64 = AtomicU64::new(0);
    NUMBERS.fetch_add(1, Ordering::Relaxed)
}

/// The name of a file that ends with it.
#[derive(Debug)]
struct Name(PathBuf);

impl Drop for Name {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A body that is being written.
#[derive(Debug)]
pub struct Spool {
    name: Name,
    file: File,
    bytes: u64,
}

impl Spool {
    /// Writes the next piece.
    ///
    /// # Errors
    /// The disk's.
    pub async fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.bytes += piece.len() as u64;
        self.file.write_all(piece).await
    }

    /// The body, all of it written.
    ///
    /// # Errors
    /// The disk's.
    pub async fn finish(mut self) -> io::Result<Spooled> {
        self.file.flush().await?;
        Ok(Spooled { name: self.name, bytes: self.bytes })
    }
}

/// A body in a file.
#[derive(Debug)]
pub struct Spooled {
    name: Name,
    bytes: u64,
}

impl Spooled {
    /// How many bytes it has.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The body, piece by piece, for one more reader.
    ///
    /// # Errors
    /// The disk's.
    pub async fn stream(&self) -> io::Result<ReaderStream<Paced>> {
        let mut file = File::open(&self.name.0).await?;
        file.set_max_buf_size(PIECE);
        Ok(ReaderStream::with_capacity(Paced { file, rests: false }, PIECE))
    }
}

/// A file that gives a piece and then rests, once: readers of multipart bodies take all that is ready into memory before
/// they look at it, and of a file that is quick that is the whole.
#[derive(Debug)]
pub struct Paced {
    file: File,
    rests: bool,
}

impl AsyncRead for Paced {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if std::mem::take(&mut self.rests) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let read = Pin::new(&mut self.file).poll_read(context, buffer);
        self.rests = read.is_ready();
        read
    }
}

/// A piece of a file: large enough to be quick, small enough to have many at a time.
const PIECE: usize = 64 * 1024;
