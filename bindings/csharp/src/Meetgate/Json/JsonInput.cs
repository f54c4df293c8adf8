using System;
using System.Text.Json.Nodes;

namespace Meetgate;

/// <summary>A JSON object that a program made: a text, or a <see cref="JsonObject"/>. Both turn into one by themselves.</summary>
/// <remarks>A text goes to the library as it is, so that the library sees every mistake in it.</remarks>
public sealed class JsonInput
{
    private readonly string? text;
    private readonly JsonObject? node;

    private JsonInput(string? text, JsonObject? node)
    {
        this.text = text;
        this.node = node;
    }

    /// <summary>JSON text; null stays null.</summary>
    /// <param name="json">One JSON object.</param>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(json))]
    public static implicit operator JsonInput?(string? json) => json == null ? null : new JsonInput(json, null);

    /// <summary>A JSON object; null stays null.</summary>
    /// <param name="json">It is read when the call is made.</param>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(json))]
    public static implicit operator JsonInput?(JsonObject? json) => json == null ? null : new JsonInput(null, json);

    /// <summary>The same as the conversion.</summary>
    /// <param name="json">One JSON object.</param>
    public static JsonInput FromString(string json) => Required.NotNull(json, nameof(json));

    /// <summary>The same as the conversion.</summary>
    /// <param name="json">It is read when the call is made.</param>
    public static JsonInput FromJsonObject(JsonObject json) => Required.NotNull(json, nameof(json));

    /// <summary>The bytes that are sent.</summary>
    internal ParameterText Write(string name)
    {
        if (text != null)
        {
            return ParameterText.Of(text, name);
        }
        var members = new Parameters();
        members.AddAll(node!);
        members.Text.Finish();
        return members.Text;
    }
}
