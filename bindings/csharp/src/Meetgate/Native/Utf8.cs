using System;
using System.Text;

namespace Meetgate;

/// <summary>Text on its way to the C library and back: as bytes of UTF-8, on every system.</summary>
internal static class Utf8
{
    /// <summary>Refuses half of a surrogate pair, which is no character, and bytes that are no UTF-8.</summary>
    internal static readonly UTF8Encoding Strict = new(false, true);

    /// <summary>A text with the NUL that ends it. What has no place in a C string is refused.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What the text is, for the message.</param>
    internal static byte[] Terminated(string text, string name)
    {
        if (Flaw(text) is { } flaw)
        {
            throw MeetgateException.Refused(MeetgateStatus.InvalidArgument, name + ": " + flaw);
        }
        byte[] bytes = new byte[Strict.GetByteCount(text) + 1];
        Strict.GetBytes(text, 0, text.Length, bytes, 0);
        return bytes;
    }

    /// <summary>Why a text cannot be a C string; else null.</summary>
    internal static string? Flaw(string text) =>
        text.IndexOf('\0') is >= 0 and int at ? $"holds a NUL character at {at}" : HalfPair(text);

    /// <summary>Where a text has half of a surrogate pair, in words; else null.</summary>
    internal static string? HalfPair(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                {
                    return $"holds half of a surrogate pair (U+{(int)text[i]:X4}) at {i}, which is no character";
                }
                i++;
            }
        }
        return null;
    }

    /// <summary>The bytes of a C string, without its NUL; none for NULL.</summary>
    internal static unsafe ReadOnlySpan<byte> Span(nint text)
    {
#if NET8_0_OR_GREATER
        return System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)text);
#else
        byte* end = (byte*)text;
        while (end != null && *end != 0)
        {
            end++;
        }
        return new ReadOnlySpan<byte>((void*)text, checked((int)(end - (byte*)text)));
#endif
    }

    /// <summary>Copies a C string; null for NULL.</summary>
    internal static unsafe string? Copy(nint text)
    {
        if (text == 0)
        {
            return null;
        }
        ReadOnlySpan<byte> bytes = Span(text);
        return bytes.IsEmpty ? "" : Strict.GetString((byte*)text, bytes.Length);
    }

    internal static unsafe string Text(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            return bytes.IsEmpty ? "" : Strict.GetString(start, bytes.Length);
        }
    }
}
