using System;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Meetgate;

/// <summary>A transfer under way: what the C library asks for a file's content, and tells of its progress.</summary>
internal sealed class Transfer
{
    private const int PartLength = 64 * 1024;
    private const long Failed = -1;

    private readonly CallEnd? end;
    private readonly Action check;
    private readonly IProgress<long>? progress;
    private ReadOnlyMemory<byte> bytes;
    private Stream? stream;
    private long start;
    private byte[]? part;

    /// <summary>What the program's own code threw.</summary>
    private Exception? unreadable;
    private ExceptionDispatchInfo? thrown;

    /// <param name="end">Of the call.</param>
    /// <param name="check">Throws where the call is cancelled.</param>
    /// <param name="progress">What is told how far it is; null for none.</param>
    internal Transfer(CallEnd? end, Action check, IProgress<long>? progress)
    {
        this.end = end;
        this.check = check;
        this.progress = progress;
        Progress = progress == null ? null : Tell;
    }

    internal NativeMethods.Read? Read { get; private set; }

    internal NativeMethods.Progress? Progress { get; }

    /// <summary>Of the content.</summary>
    internal ulong Length { get; private set; }

    /// <summary>Has the content come from the program.</summary>
    internal void ReadFrom(ReadOnlyMemory<byte> content, Stream? from, string called)
    {
        bytes = content;
        stream = from;
        try
        {
            start = from?.Position ?? 0;
            // One that stands behind its end is empty.
            Length = (ulong)Math.Max(from == null ? content.Length : from.Length - start, 0);
        }
#pragma warning disable CA1031 // The stream is the program's own, and may throw whatever it likes.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            throw Unreadable(problem, called);
        }
        part = new byte[Math.Min(Length, PartLength)];
        Read = Give;
    }

    /// <summary>Makes the call. What the program's own code threw in it is why it failed.</summary>
    internal byte[] Run(string called, Func<Transfer, byte[]> send)
    {
        try
        {
            return send(this);
        }
        catch (MeetgateException) when (thrown != null)
        {
            thrown.Throw();
            throw;
        }
        catch (MeetgateIOException) when (unreadable != null)
        {
            throw unreadable is OperationCanceledException ? unreadable : Unreadable(unreadable, called);
        }
    }

    private static MeetgateException Unreadable(Exception problem, string called) => MeetgateException.From(ErrorDocument.Made(
        MeetgateStatus.Io, null, "the file to upload could not be read: " + problem.Message, problem, called));

    /// <summary>Called by C. No exception may leave it.</summary>
    private long Give(IntPtr userData, ulong offset, IntPtr buffer, ulong size)
    {
        try
        {
            end?.EnterProgram();
            // A cancelled call does not read on.
            check();
            int length = Fill((long)offset, (int)Math.Min(size, PartLength));
            Marshal.Copy(part!, 0, buffer, length);
            return length;
        }
#pragma warning disable CA1031 // Whatever it is, it must not reach C, and it reaches the caller.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            unreadable = problem;
            return Failed;
        }
        finally
        {
            end?.ExitProgram();
        }
    }

    private int Fill(long offset, int most)
    {
        most = Math.Min(most, part!.Length);
        if (stream == null)
        {
            bytes.Span.Slice((int)offset, most).CopyTo(part);
            return most;
        }
        if (stream.Position != start + offset)
        {
            stream.Position = start + offset;
        }
        int length = stream.Read(part, 0, most);
        return length > 0 ? length : throw new EndOfStreamException($"the stream ended after {offset} of {Length} bytes");
    }

    /// <summary>Called by C, likewise.</summary>
    private int Tell(IntPtr userData, ulong done, ulong total)
    {
        try
        {
            end?.EnterProgram();
            progress!.Report((long)done);
            return 0;
        }
#pragma warning disable CA1031
        catch (Exception problem)
#pragma warning restore CA1031
        {
            thrown = ExceptionDispatchInfo.Capture(problem);
            return 1;
        }
        finally
        {
            end?.ExitProgram();
        }
    }
}
