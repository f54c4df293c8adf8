using System;
using System.IO;
using System.Net.Http;
using System.Text.Json;
using System.Threading.Tasks;

namespace Meetgate.Bench;

/// <summary>What a program does without this library, written with care: one client for all calls, nothing on that the work needs not.</summary>
internal sealed class HttpClientReader(Target target) : Reader
{
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
    {
        // The library's own.
        Timeout = TimeSpan.FromSeconds(30),
    };

    public override void Dispose() => http.Dispose();

    internal override string Read()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address());
        using HttpResponseMessage response = http.Send(request);
        using Stream body = response.EnsureSuccessStatusCode().Content.ReadAsStream();
        using JsonDocument answer = JsonDocument.Parse(body);
        return Topic(answer.RootElement);
    }

    internal override async Task<string> ReadAsync()
    {
        using HttpResponseMessage response = await http.GetAsync(Address()).ConfigureAwait(false);
        // The body is in memory by now, so that nothing is won by awaiting it.
        using Stream body = response.EnsureSuccessStatusCode().Content.ReadAsStream();
        using JsonDocument answer = JsonDocument.Parse(body);
        return Topic(answer.RootElement);
    }

    private static string Topic(JsonElement answer)
    {
        if (answer.GetProperty("ret").GetInt64() != 0)
        {
            throw new InvalidOperationException(answer.GetRawText());
        }
        return answer.GetProperty("data").GetProperty("topic").GetString() ?? throw new InvalidOperationException("no topic");
    }

    private Uri Address() => new(
        target.BaseUrl + "/sdkapi/v2/room/read?token=" + Uri.EscapeDataString(target.Token)
        + "&room_id=" + Uri.EscapeDataString(target.RoomId));
}
