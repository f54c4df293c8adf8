using System;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace Meetgate;

/// <summary>What a client of one platform is made from: its configuration, and where its tokens come from.</summary>
internal sealed class ClientSetup
{
    private ClientSetup(string platform, ParameterText text)
    {
        Platform = platform;
        Text = text;
    }

    internal string Platform { get; }

    internal ParameterText Text { get; }

    internal Func<string?, ProvidedToken?>? Provider { get; private set; }

    internal Func<string?, CancellationToken, Task<ProvidedToken>>? AsyncProvider { get; private set; }

    /// <summary>The caller's own text, so that the library sees every mistake in it. The platform is added where it is left out.</summary>
    /// <exception cref="MeetgateInvalidConfigException">It is no JSON object, or it is for another platform.</exception>
    internal static ClientSetup FromText(string platform, string configJson)
    {
        string text = Required.NotNull(configJson, nameof(configJson)).TrimStart('\ufeff');
        JsonElement config = Read(platform, text);
        if (!config.TryGetProperty("platform", out JsonElement named))
        {
            bool isEmpty = !config.EnumerateObject().MoveNext();
            text = text.Insert(text.IndexOf('{') + 1, $"\"platform\":\"{platform}\"{(isEmpty ? "" : ",")}");
        }
        else if (named.ValueKind == JsonValueKind.String && !named.ValueEquals(platform))
        {
            throw Refused($"configuration key \"platform\": expected \"{platform}\", because this is its client, or nothing; got {named.GetRawText()}");
        }
        return new ClientSetup(platform, ParameterText.Of(text, "configuration"));
    }

    /// <summary>Configuration keys; those for the platform and the provider are added.</summary>
    internal static ClientSetup FromKeys(
        string platform,
        Parameters keys,
        Func<string?, ProvidedToken?>? provider = null,
        Func<string?, CancellationToken, Task<ProvidedToken>>? asyncProvider = null)
    {
        keys.Add("platform"u8, platform);
        keys.Add("token_provider"u8, provider == null && asyncProvider == null ? null : true);
        keys.Text.Finish();
        if (provider != null && asyncProvider != null)
        {
            keys.Text.Fail(Refused("give one token provider: tokenProvider or asyncTokenProvider"));
        }
        return new ClientSetup(platform, keys.Text) { Provider = provider, AsyncProvider = asyncProvider };
    }

    internal static MeetgateException Refused(string message) => MeetgateException.Refused(MeetgateStatus.InvalidConfig, message);

    private static JsonElement Read(string platform, string text)
    {
        JsonElement config;
        try
        {
            config = JsonText.Parse(Utf8.Strict.GetBytes(text)).RootElement;
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException)
        {
            string advice = text.TrimStart().StartsWith("http", StringComparison.OrdinalIgnoreCase)
                ? $"; an address goes into the argument baseUrl, with its name: new {char.ToUpperInvariant(platform[0])}{platform.Substring(1)}Client(baseUrl: \"…\", …)"
                : "";
            throw Refused("the configuration is not JSON" + advice + ": " + problem.Message);
        }
        return config.ValueKind == JsonValueKind.Object
            ? config
            : throw Refused("the configuration: expected a JSON object, found " + JsonText.Kind(config));
    }
}
