using System;
using System.Linq;
using System.Net.Http;
using System.Text.Json;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Meetgate.Tests;

/// <summary>A web application that passes answers on.</summary>
public static class WebTests
{
    [Fact]
    public static async Task A_minimal_api_answers_with_the_platforms_json()
    {
        const string Room = """{"room_id":"周会","create_time":"1638324000","token":"hunter2","n":1.50}""";
        const string ShownRoom = """{"room_id":"周会","create_time":"1638324000","token":"***","n":1.50}""";
        const string Rooms = $$"""{"ret":0,"rooms":[{{Room}}]}""";
        const string Shown = $$"""{"ret":0,"rooms":[{{ShownRoom}}]}""";
        using var server = new Scripted(
            request => request.Has("/room/list") ? Rooms : """{"ret":40004,"msg":"no such room"}""");
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(_ => server.Avd());
        await using WebApplication application = builder.Build();
        application.MapGet("/rooms", (AvdClient avd) => avd.Room.ListAsync());
        application.MapGet("/items", async (AvdClient avd) => (await avd.Room.ListAsync()).Rooms);
        application.MapGet(
            "/member",
            async (AvdClient avd) => (await avd.Room.ListAsync()).Json.GetProperty("rooms")[0].GetProperty("n"));
        application.MapGet(
            "/inside", async (AvdClient avd) => new { Answer = await avd.Room.ListAsync(), Info = avd.Info() });
        application.MapGet("/error", (AvdClient avd) =>
        {
            try
            {
                return Results.Ok(avd.Room.Read("1"));
            }
            catch (MeetgateNotFoundException problem)
            {
                return Results.NotFound(problem.Reply);
            }
        });
        await application.StartAsync();
        IServer host = application.Services.GetRequiredService<IServer>();
        string url = host.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(url) };

        HttpResponseMessage answer = await http.GetAsync("/rooms");
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(Shown, await answer.Content.ReadAsStringAsync());
        Assert.Equal($"[{ShownRoom}]", await http.GetStringAsync("/items"));
        Assert.Equal("1.50", await http.GetStringAsync("/member"));
        using JsonDocument inside = JsonDocument.Parse(await http.GetStringAsync("/inside"));
        Assert.Equal(Shown, inside.RootElement.GetProperty("answer").GetRawText());
        Assert.Equal(server.Url, inside.RootElement.GetProperty("info").GetProperty("base_url").GetString());
        HttpResponseMessage missing = await http.GetAsync("/error");
        Assert.Equal(404, (int)missing.StatusCode);
        Assert.Equal(
            40004,
            JsonDocument.Parse(await missing.Content.ReadAsStringAsync()).RootElement.GetProperty("ret").GetInt32());
        await application.StopAsync();
    }
}
