using System;
using System.IO;

namespace Meetgate;

/// <summary>The content of a stream that cannot seek, as a file of this user's alone, for as long as the call runs.</summary>
internal sealed class SpooledFile
{
    private const int PartLength = 64 * 1024;

    private readonly string folder = Path.Combine(Path.GetTempPath(), "meetgate-" + Guid.NewGuid().ToString("N"));
    private readonly Stream stream;

    internal SpooledFile(string name, Stream stream)
    {
        this.stream = stream;
        FullName = Path.Combine(folder, name);
    }

    internal string FullName { get; }

    /// <param name="operation">Of the call that needs it, for the message.</param>
    /// <param name="check">Throws where the call is cancelled.</param>
    /// <exception cref="MeetgateIOException">It cannot be written, or the stream cannot be read.</exception>
    internal void Write(string operation, Action check)
    {
        try
        {
#if NET8_0_OR_GREATER
            if (!OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
#endif
            // On Windows the folder of temporary files is the user's own.
            Directory.CreateDirectory(folder);
            using var file = new FileStream(FullName, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
            Copy(stream, file, check);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            // The stream is the program's own, and may throw whatever it likes.
            throw MeetgateException.From(ErrorDocument.Made(
                MeetgateStatus.Io, null, "the file to upload could not be made ready: " + problem.Message, problem, operation));
        }
    }

    /// <summary>A cancelled call does not read on.</summary>
    private static void Copy(Stream from, FileStream to, Action check)
    {
        byte[] part = new byte[PartLength];
        for (int length = from.Read(part, 0, part.Length); length > 0; length = from.Read(part, 0, part.Length))
        {
            check();
            to.Write(part, 0, length);
        }
    }

    /// <summary>What cannot be deleted is left to the system.</summary>
    internal void Delete()
    {
        try
        {
            Directory.Delete(folder, true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
        }
    }
}
