// Reads a room, at once and awaited, and asks for one that does not exist.
using System;
using System.Text;
using Meetgate;

Console.OutputEncoding = new UTF8Encoding(false);
using var avd = new AvdClient(args[0]);
Console.WriteLine(avd.Room.Read("12345123456").Data?.Topic);
Console.WriteLine((await avd.Room.ReadAsync("12345123456")).Data?.Topic);
try
{
    avd.Room.Read("40400000000");
}
catch (MeetgateNotFoundException problem)
{
    Console.WriteLine($"{problem.Operation} {problem.Code}");
}
