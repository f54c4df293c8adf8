using System;
using System.IO;

namespace Meetgate;

/// <summary>A file to upload: by its path, or from bytes or a stream. A path turns into one by itself.</summary>
/// <remarks>
/// Files, bytes and streams that can seek are sent piece by piece, at any size in the same memory. A stream that cannot seek is first
/// written into a folder of its own among the system's temporary files, which is deleted when the call has ended.
/// </remarks>
public sealed class UploadFile
{
    private readonly string? path;
    private readonly string? name;
    private readonly ReadOnlyMemory<byte> bytes;
    private readonly Stream? stream;
    private readonly IProgress<long>? progress;

    private UploadFile(string? path, string? name, ReadOnlyMemory<byte> bytes, Stream? stream, IProgress<long>? progress = null)
    {
        this.path = path;
        this.name = name;
        this.bytes = bytes;
        this.stream = stream;
        this.progress = progress;
    }

    /// <summary>A file on disk; null stays null.</summary>
    /// <param name="path">Its path.</param>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(path))]
    public static implicit operator UploadFile?(string? path) => path == null ? null : FromString(path);

    /// <summary>A file on disk.</summary>
    /// <param name="path">Its path.</param>
    public static UploadFile FromString(string path) => new(Required.NotNull(path, nameof(path)), null, default, null);

    /// <summary>A file that is in memory.</summary>
    /// <param name="bytes">What is in it. They must not change before the call has ended.</param>
    /// <param name="name">Its name without folders. The platform may decide by its ending.</param>
    /// <exception cref="ArgumentException">The name is empty, or has a folder in it.</exception>
    public static UploadFile FromBytes(ReadOnlyMemory<byte> bytes, string name) => new(null, Named(name), bytes, null);

    /// <summary>A file that is read from a stream, from where it stands to its end.</summary>
    /// <param name="stream">
    /// It is read while the call runs, and stays the caller's to close. One that can seek may be read again from where it stood, if the
    /// request has to go again.
    /// </param>
    /// <param name="name">Its name without folders. The platform may decide by its ending.</param>
    /// <exception cref="ArgumentException">The name is empty, or has a folder in it.</exception>
    public static UploadFile FromStream(Stream stream, string name) => new(null, Named(name), default, Required.NotNull(stream, nameof(stream)));

    /// <summary>The same file, and what is told how far it is.</summary>
    /// <param name="progress">
    /// Gets the number of bytes of the file that were sent: at most ten times a second, and once when the file is through. A request
    /// that has to go again begins at 0 again. It is called on the thread of the call; <see cref="Progress{T}"/> hands it on to where
    /// that was made. What it throws ends the call.
    /// </param>
    public UploadFile WithProgress(IProgress<long> progress) =>
        new(path, name, bytes, stream, Required.NotNull(progress, nameof(progress)));

    /// <summary>What the C library knows the file by. What it cannot read itself is left with the call.</summary>
    internal string PathFor(ParameterText call)
    {
        if (path != null)
        {
            if (progress != null)
            {
                call.Take(new Upload(null, default, null, progress, false));
            }
            return path;
        }
        if (stream is { CanSeek: false })
        {
            var file = new SpooledFile(name!, stream);
            call.Take(new Upload(file, default, null, progress, false));
            return file.FullName;
        }
        call.Take(new Upload(null, bytes, stream, progress, true));
        return name!;
    }

    private static string Named(string name)
    {
        Required.NotNull(name, nameof(name));
        if (name.Length == 0 || name is "." or ".." || name.IndexOfAny(['/', '\\', ':', '\0']) >= 0)
        {
            throw new ArgumentException("expected the name of a file, without a folder", nameof(name));
        }
        return name;
    }
}
