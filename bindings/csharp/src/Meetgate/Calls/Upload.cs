using System;
using System.IO;

namespace Meetgate;

/// <summary>The file of one call, as far as the program's own code has to do with it: its content, its progress, or both.</summary>
internal sealed class Upload
{
    private readonly SpooledFile? spooled;
    private readonly ReadOnlyMemory<byte> bytes;
    private readonly Stream? stream;
    private readonly IProgress<long>? progress;
    private readonly bool hasContent;

    /// <param name="spooled">A file that is made ready before the call.</param>
    /// <param name="bytes">Else what is sent,</param>
    /// <param name="stream">or what it is read from. Without any of them the C library reads the file.</param>
    /// <param name="progress">What is told how far it is.</param>
    /// <param name="hasContent">Whether the content is the program's own.</param>
    internal Upload(
        SpooledFile? spooled, ReadOnlyMemory<byte> bytes, Stream? stream, IProgress<long>? progress, bool hasContent)
    {
        this.spooled = spooled;
        this.bytes = bytes;
        this.stream = stream;
        this.progress = progress;
        this.hasContent = hasContent;
    }

    /// <summary>Sends the call with the file.</summary>
    /// <param name="called">The operation's name, for messages.</param>
    /// <param name="end">Of the call.</param>
    /// <param name="check">Throws where the call is cancelled.</param>
    /// <param name="send">Makes the call, given what the C library asks for the content and tells of it.</param>
    internal byte[] Send(string called, CallEnd? end, Action check, Func<Transfer, byte[]> send)
    {
        if (spooled != null)
        {
            end?.EnterProgram();
            spooled.Write(called, check);
            end?.ExitProgram();
        }
        var transfer = new Transfer(end, check, progress);
        if (hasContent)
        {
            transfer.ReadFrom(bytes, stream, called);
        }
        return transfer.Run(called, send);
    }

    internal void Delete() => spooled?.Delete();
}
