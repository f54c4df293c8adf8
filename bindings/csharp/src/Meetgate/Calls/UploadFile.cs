using System;
using System.IO;

namespace Meetgate;

/// <summary>A file to upload: by its path, or from bytes or a stream. A path turns into one by itself.</summary>
/// <remarks>
/// The library streams a file from disk. Bytes and streams are first written into a folder of their own among the system's temporary
/// files, which is deleted when the call has ended.
/// </remarks>
public sealed class UploadFile
{
    private readonly string? path;
    private readonly string? name;
    private readonly ReadOnlyMemory<byte> bytes;
    private readonly Stream? stream;

    private UploadFile(string? path, string? name, ReadOnlyMemory<byte> bytes, Stream? stream)
    {
        this.path = path;
        this.name = name;
        this.bytes = bytes;
        this.stream = stream;
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
    /// <param name="stream">It is read while the call runs, once, and stays the caller's to close.</param>
    /// <param name="name">Its name without folders. The platform may decide by its ending.</param>
    /// <exception cref="ArgumentException">The name is empty, or has a folder in it.</exception>
    public static UploadFile FromStream(Stream stream, string name) => new(null, Named(name), default, Required.NotNull(stream, nameof(stream)));

    /// <summary>The path, which for bytes and streams holds the content as soon as the call runs.</summary>
    internal string PathFor(ParameterText call)
    {
        if (path != null)
        {
            return path;
        }
        var file = new SpooledFile(name!, bytes, stream);
        call.Take(file);
        return file.FullName;
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
