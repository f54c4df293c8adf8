using System;
using System.Text.Json;

namespace Meetgate;

/// <summary>JSON as it comes from the C library, or from a program in a test.</summary>
internal static class JsonText
{
    /// <summary>
    /// The C library lets answers through that are nested as deep as they are long. The time to read one grows with the square of its
    /// depth: at this one it is a tenth of a second, and a server must not take more of it.
    /// </summary>
    internal const int Deepest = 10_000;

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = Deepest };

    /// <summary>The document of these bytes, which must not change any more.</summary>
    /// <exception cref="JsonException">They are no JSON.</exception>
    internal static JsonDocument Parse(byte[] json)
    {
        int mark = json.Length - WithoutMark(json).Length;
        return JsonDocument.Parse(json.AsMemory(mark), Deep);
    }

    /// <summary>Without the byte order mark that some servers put before their answers.</summary>
    internal static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> json) =>
        json.StartsWith("\ufeff"u8) ? json.Slice(3) : json;

    /// <summary>What a value is, in words for a message.</summary>
    internal static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null or JsonValueKind.Undefined => "null",
        _ => "a boolean",
    };
}
