using System;
using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Meetgate;

/// <summary>
/// One JSON object on its way to the C library, as bytes. Each thread keeps one for its next call, so that a call need not make
/// one.
/// </summary>
internal sealed class ParameterText : IBufferWriter<byte>
{
    /// <summary>A larger one is not kept: it would stay as long as the thread.</summary>
    private const int MostKept = 16 * 1024;

    /// <summary>Values stay readable: of other alphabets, nothing is escaped.</summary>
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static ParameterText? spare;

    private byte[] bytes = new byte[512];
    private int length;

    private ParameterText()
    {
        Writer = new Utf8JsonWriter(this, Options);
    }

    internal Utf8JsonWriter Writer { get; }

    /// <summary>Why this cannot be sent: the first problem that was met while it was written.</summary>
    internal Exception? Problem { get; private set; }

    /// <summary>The file that goes along, where the program's own code has to do with it.</summary>
    internal Upload? Upload { get; private set; }

    /// <summary>The text without the NUL that follows it. Only after <see cref="Finish"/>.</summary>
    internal ReadOnlySpan<byte> Bytes => bytes.AsSpan(0, length);

    /// <summary>An object that is open. Whoever takes it gives it back by <see cref="Return"/>, or the collector has it.</summary>
    internal static ParameterText Open()
    {
        ParameterText text = Spare();
        text.Writer.WriteStartObject();
        return text;
    }

    /// <summary>A text of the caller's own.</summary>
    internal static ParameterText Of(string json, string name)
    {
        ParameterText text = Spare();
        if (Utf8.Flaw(json) is { } flaw)
        {
            text.Fail(MeetgateException.Refused(MeetgateStatus.InvalidArgument, name + ": " + flaw));
            return text;
        }
        int count = Utf8.Strict.GetByteCount(json);
        text.Reserve(count + 1);
        text.length = Utf8.Strict.GetBytes(json, 0, json.Length, text.bytes, 0);
        text.bytes[text.length] = 0;
        return text;
    }

    private static ParameterText Spare()
    {
        ParameterText text = spare ?? new ParameterText();
        spare = null;
        return text;
    }

    internal void Fail(Exception problem) => Problem ??= problem;

    /// <summary>No operation has two.</summary>
    internal void Take(Upload upload) => Upload = upload;

    /// <summary>Ends the object, and puts a NUL behind it.</summary>
    internal void Finish()
    {
        Writer.WriteEndObject();
        Writer.Flush();
        Reserve(1);
        bytes[length] = 0;
    }

    /// <summary>A copy, with the NUL that follows it.</summary>
    internal byte[] Copied() => bytes.AsSpan(0, length + 1).ToArray();

    /// <summary>Keeps it for the next call on this thread. It held secrets, perhaps.</summary>
    internal void Return()
    {
        Array.Clear(bytes, 0, length);
        length = 0;
        Problem = null;
        Upload = null;
        Writer.Reset();
        if (bytes.Length <= MostKept)
        {
            spare = this;
        }
    }

    void IBufferWriter<byte>.Advance(int count) => length += count;

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        Reserve(Math.Max(sizeHint, 1));
        return bytes.AsMemory(length);
    }

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint)
    {
        Reserve(Math.Max(sizeHint, 1));
        return bytes.AsSpan(length);
    }

    private void Reserve(int more)
    {
        if (bytes.Length - length < more)
        {
            byte[] before = bytes;
            bytes = new byte[Math.Max(before.Length * 2, checked(length + more))];
            Array.Copy(before, bytes, length);
            Array.Clear(before, 0, length);
        }
    }
}
