// A service with a generic host: its client comes from the configuration, by dependency injection.
//
//   dotnet run
//   curl http://localhost:5000/rooms/12345123456
//
// appsettings.json has the sandbox's keys. Keys of yours belong into user secrets or into the environment (Avd__SecretKey).
// In the checkout, the variable MEETGATE_LIBRARY names the C library that cargo built.
using Meetgate;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

var builder = WebApplication.CreateBuilder(args);
builder.Services.Configure<AvdClientOptions>(builder.Configuration.GetSection("Avd"));
builder.Services.Configure<WatchOptions>(builder.Configuration.GetSection("Watch"));
// One client for the whole program: it keeps the connections, and any number of requests may use it at once. The host disposes it.
builder.Services.AddSingleton(services => new AvdClient(services.GetRequiredService<IOptions<AvdClientOptions>>().Value));
builder.Services.AddHostedService<RoomWatcher>();

var app = builder.Build();
// A configuration that cannot be right ends the program here, and not at the first request.
_ = app.Services.GetRequiredService<AvdClient>();

// A reply is written as the JSON that the platform sent, without what is secret in it.
app.MapGet("/rooms/{room}", async (string room, AvdClient avd, CancellationToken cancellationToken) =>
{
    try
    {
        return Results.Ok(await avd.Room.ReadAsync(room, cancellationToken: cancellationToken));
    }
    catch (MeetgateNotFoundException problem)
    {
        return Results.Problem(problem.Meaning, statusCode: StatusCodes.Status404NotFound);
    }
    catch (MeetgateException problem) when (problem.Retryable)
    {
        return Results.Problem(problem.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
    }
});
app.Run();
