using System;
using System.IO;
using System.Text.Json;

namespace Meetgate;

/// <summary>Shows JSON without its secrets: their values become three asterisks, and all else stays as it is, byte for byte.</summary>
internal static class SecretMask
{
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = JsonText.Deepest };

    /// <summary>As text. What is no JSON is not shown, since nobody knows what in it is secret.</summary>
    internal static string Hide(ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> hidden = Hide(json, out _);
        return Utf8.Text(hidden);
    }

    internal static ReadOnlySpan<byte> Hide(ReadOnlySpan<byte> json, out bool isJson)
    {
        json = JsonText.WithoutMark(json);
        MemoryStream? hidden = null;
        int taken = 0;
        var reader = new Utf8JsonReader(json, Deep);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || !SecretNames.Contains(reader.GetString() ?? ""))
                {
                    continue;
                }
                reader.Read();
                int start = checked((int)reader.TokenStartIndex);
                if (reader.TokenType == JsonTokenType.Null)
                {
                    continue;
                }
                reader.Skip();
                hidden ??= new MemoryStream(json.Length);
                Copy(json.Slice(taken, start - taken), hidden);
                Copy("\"***\""u8, hidden);
                taken = checked((int)reader.BytesConsumed);
            }
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            isJson = false;
            return "(not JSON)"u8;
        }
        isJson = true;
        if (hidden == null)
        {
            return json;
        }
        Copy(json.Slice(taken), hidden);
        return hidden.GetBuffer().AsSpan(0, (int)hidden.Length);
    }

    private static void Copy(ReadOnlySpan<byte> bytes, MemoryStream to) => to.Write(bytes.ToArray(), 0, bytes.Length);
}
